/** What `export` did, in words. Pure. @module */

import type { ExportFormat, ExportReport } from '../../app/index.ts';
import { countText, pluralText, shellWord, sizeText } from '../../core/index.ts';

/** One line. */
export function outcomeText(report: ExportReport, folder: string, ms: number): string {
  const { runs, outcomes, empty, leftOut, bytes } = report;
  const { written, grown, kept } = outcomes;
  const counts = [
    [written, 'written'],
    [grown, 'appended to'],
    [kept, 'there already'],
    [empty, 'without a row yet'],
    [leftOut.length, 'not read to the end'],
  ] as const;
  const parts = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${countText(count)} ${what}`]));
  const what = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${pluralText(runs, 'run')} in ${folder}${what}; ${sizeText(bytes)} in ${(ms / 1000).toFixed(1)} s`;
}

export function leftOutText({ path, reason }: ExportReport['leftOut'][number]): string {
  return `${path} could not be read to its end: ${reason}`;
}

export function unmetText({ pattern, nearest }: ExportReport['unmetTags'][number]): string {
  const advice =
    nearest === null ? 'run.json of a run lists what it has' : `did you mean --tags ${shellWord(nearest)}?`;
  return `--tags ${shellWord(pattern)} matches nothing in these runs; ${advice}`;
}

/** What DuckDB reads the tables with. */
const READERS: Readonly<Record<Exclude<ExportFormat, 'tfevents'>, string>> = {
  csv: 'read_csv',
  jsonl: 'read_json',
  parquet: 'read_parquet',
};

/** What to type next. */
export function nextText(format: ExportFormat, folder: string): string {
  if (format === 'tfevents') return `Next: tensorboard --logdir ${shellWord(folder)}`;
  const files = `${folder.replace(/\/+$/, '')}/*/*/*/history.${format}`.replaceAll("'", "''");
  const query = `from ${READERS[format]}('${files}', union_by_name = true, filename = true)`;
  return `Next: duckdb -c ${shellWord(query)}`;
}
