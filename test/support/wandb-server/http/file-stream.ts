/** The file stream: rows, system metrics, console and summary that a running SDK posts. @module */

import { flattenRow } from '../rows/flat-row.ts';
import { parseLenientObject } from '../rows/lenient-json.ts';
import type { RowTable } from '../rows/row-table.ts';
import type { Run } from '../store/run.ts';

/** Lines of one file, to be put at a line number. */
interface Chunk {
  readonly offset: number;
  readonly content: readonly string[];
}

/** Body of `POST /files/ENTITY/PROJECT/RUN/file_stream`. */
export interface FileStreamBody {
  readonly files?: Readonly<Record<string, Chunk>>;
  readonly uploaded?: readonly string[];
  readonly preempting?: boolean;
  readonly complete?: boolean;
  readonly exitcode?: number;
}

/** Takes what was posted and gives the body of the answer. */
export function acceptFileStream(
  run: Run,
  { files = {}, preempting, complete, exitcode }: FileStreamBody,
): unknown {
  for (const [name, chunk] of Object.entries(files)) acceptChunk(run, name, chunk);
  run.beat();
  if (preempting === true) run.set({ state: 'preempting' });
  if (complete === true) run.finish(exitcode ?? 0);
  return { exitcode: null, limits: {}, ...(run.isStopped ? { stopped: true } : {}) };
}

function acceptChunk(run: Run, name: string, { offset, content }: Chunk): void {
  if (name === 'wandb-history.jsonl') putLines(run.history, offset, content);
  else if (name === 'wandb-events.jsonl') putLines(run.events, offset, content);
  else if (name === 'wandb-summary.json') run.set({ summary: parseLenientObject(content.at(-1) ?? '{}') });
  else if (name === 'output.log') run.console.write(offset, content);
}

/** What stood at and after the offset is overwritten: a repeated post changes nothing. */
function putLines(table: RowTable, offset: number, lines: readonly string[]): void {
  table.truncate(offset);
  const rows = lines.map((line) => flattenRow(parseLenientObject(line)));
  table.append(rows);
}
