/** Runs compared through a door that gives files. @module */

import { LogdirError } from '../core/index.ts';
import { type EventFiles, eventFileFacts } from '../eventfile/index.ts';
import type { Run } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import type { LogdirTree } from '../tree/index.ts';
import { compareSets, type Mismatch } from './compare.ts';
import { readEventPoints } from './event-points.ts';
import type { DoorFile, FileDoor } from './file-doors.ts';
import { pointsForFile } from './logged-points.ts';
import { fileMedia, type LoggedRun, seenPart, tagsOf } from './logged-run.ts';
import { RunFindings } from './run-report.ts';
import { TagGroups } from './tag-groups.ts';

/** Points of either side in memory at a time, of 20 bytes each: some 160 MB for both. */
const MAX_POINTS = 4_000_000;
/** Times that a run whose event file has got another name meanwhile is read again. */
const MAX_ATTEMPTS = 5;
const NO_WAIT = { maxWaitMs: 0 };

export interface RunCheck {
  /** `path`: of the run's directory. @throws LogdirError when it can't be compared. */
  run(path: string, run: Run, signal: AbortSignal): Promise<RunFindings>;
}

export interface FilesParts {
  readonly tree: LogdirTree;
  readonly events: EventFiles;
  readonly files: Media;
}

export function throughFiles(parts: FilesParts, door: FileDoor): RunCheck & AsyncDisposable {
  return {
    async run(path, run, signal) {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const findings = await tryRun(parts, door, path, run, signal);
        if (findings !== null) return findings;
      }
      throw new LogdirError('unavailable', 'its event file got another name each time it was read');
    },
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };
}

/** Null where the event file is another one by now. */
async function tryRun(
  parts: FilesParts,
  door: FileDoor,
  path: string,
  run: Run,
  signal: AbortSignal,
): Promise<RunFindings | null> {
  // Waits for files of media.
  await parts.tree.stat(`${path}/run.json`, { freshness: 'complete', signal });
  const facts = eventFileFacts(run, await parts.events.view(run, NO_WAIT));
  if (facts === null) return withoutFile();
  await using file = await door.open(`${path}/${facts.name}`, { signal });
  const view = await parts.events.view(run, NO_WAIT);
  if (eventFileFacts(run, view)?.name !== facts.name) return null;
  const findings = new RunFindings();
  if (file.size < facts.size) findings.add([doorMismatch(`it has ${file.size} bytes, not ${facts.size}`)]);
  const seen = seenPart(view, Math.max(file.size, facts.size));
  const media = fileMedia(parts.files, run, view, signal);
  const logged = { run, log: view.log, view, tags: tagsOf(view.log), seen, media };
  await compareFile(file, logged, findings, signal);
  return findings;
}

function doorMismatch(found: string): Mismatch {
  return { kind: 'door', tag: null, step: null, logged: null, found };
}

function withoutFile(): RunFindings {
  const findings = new RunFindings();
  findings.notes.push('it has no event file yet');
  return findings;
}

async function compareFile(
  file: DoorFile,
  logged: LoggedRun,
  findings: RunFindings,
  signal: AbortSignal,
): Promise<void> {
  const groups = new TagGroups(logged.log.ledger, logged.tags, MAX_POINTS);
  for (let group = 0; group < groups.count; group++) {
    const wanted = await pointsForFile(logged, { groups, group, signal }, findings.tally);
    const { series, damage } = await readEventPoints(file.read(), (tag) => groups.of(tag) === group);
    findings.tally.pointsOut += series.length;
    if (damage !== null && group === 0) findings.add([doorMismatch(damage.message)]);
    findings.add(compareSets(wanted, series, 'first'));
  }
}
