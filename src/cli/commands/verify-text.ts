/** What `verify` found, in words. Pure. @module */

import type { Loss, Mismatch, RunReport, VerifyReport } from '../../app/index.ts';
import { countText, cutText, pluralText } from '../../core/index.ts';

/** Mismatches told one by one; `--json` has more. */
const MAX_TOLD = 10;
/** A prompt or a long text is told by its beginning. */
const MAX_CHARACTERS = 160;

const REASONS: Readonly<Record<Loss['reason'], string>> = {
  superseded: 'superseded by a later point of their tag',
  sampled: 'left out of the event file, which holds a sample of media (--media)',
  'too-large': 'left out of the event file as too large (--media-max-value-bytes, --media-max-run-bytes)',
  'not-shown': 'shown by no plugin',
  'nothing-in-it': 'with nothing in them to show',
  'waits-for-exit': "told at the run's exit",
  'waits-for-files': "behind media whose files can't be had now",
};

const KINDS: Readonly<Record<Mismatch['kind'], string>> = {
  missing: 'is missing',
  unlogged: 'was logged by nobody',
  value: 'has another value',
  'wall-time': 'has another wall time',
  metadata: 'has other metadata',
  end: 'ends elsewhere than it is listed to',
  door: 'could not be read',
};

/** One line, and one for each reason. */
export function runText(report: RunReport): string {
  const { run, mismatchCount } = report;
  const found = mismatchCount === 0 ? '' : `, ${pluralText(mismatchCount, 'mismatch', 'mismatches')}`;
  return [`${run}: ${countsText(report)}${found}`, ...lossLines(report)].join('\n');
}

export function failureText({ run, failure }: RunReport): string {
  return `${run} was not compared: ${failure}`;
}

/** The first ones of all runs. */
export function mismatchLines({ runs, total }: VerifyReport): readonly string[] {
  const all = runs.flatMap(({ run, mismatches }) =>
    mismatches.map((mismatch) => mismatchText(run, mismatch)),
  );
  const told = all.slice(0, MAX_TOLD);
  const more = total.mismatchCount - told.length;
  return more > 0 ? [...told, `and ${countText(more)} more; --json tells the first 100 of each run`] : told;
}

export function totalText({ through, runs, total }: VerifyReport): string {
  const { mismatchCount, failures } = total;
  const found = pluralText(mismatchCount, 'mismatch', 'mismatches');
  const failed = failures === 0 ? '' : `, ${pluralText(failures, 'run')} not compared`;
  const head = `${pluralText(runs.length, 'run')} through ${through}: ${countsText(total)}, ${found}${failed}`;
  return [head, ...(runs.length > 1 ? lossLines(total) : [])].join('\n');
}

export function noMismatch({ total }: VerifyReport): boolean {
  return total.mismatchCount === 0 && total.failures === 0;
}

type Counts = Pick<RunReport, 'pointsIn' | 'pointsOut' | 'placeholders' | 'losses'>;

function countsText({ pointsIn, pointsOut }: Counts): string {
  return `${pluralText(pointsIn, 'point')} in, ${countText(pointsOut)} out`;
}

function lossLines({ losses, placeholders }: Counts): string[] {
  const lines = losses.map(({ reason, type, count }) => {
    return `${countText(count)} ${REASONS[reason]}${type === null ? '' : ` (${type})`}`;
  });
  if (placeholders > 0)
    lines.push(`${countText(placeholders)} shown by a placeholder, as their files are lost`);
  return lines.map((line) => `  ${line}`);
}

function mismatchText(run: string, { kind, tag, step, logged, found }: Mismatch): string {
  const place = [run, ...(tag === null ? [] : [tag]), ...(step === null ? [] : [`step ${step}`])].join(', ');
  const values = [
    ...(logged === null ? [] : [`logged ${cutText(logged, MAX_CHARACTERS)}`]),
    ...(found === null ? [] : [`found ${cutText(found, MAX_CHARACTERS)}`]),
  ];
  return `mismatch: ${place} ${KINDS[kind]}: ${values.join('; ')}`;
}
