/**
 * Tables that a run logged, as Markdown: their beginning, or what is known of them, and where they are.
 *
 * Types and members: `to_json` of `Table`, `PartitionedTable` and `JoinedTable` (`wandb/sdk/data_types/table.py`) and of
 * `EvalTable` (`eval_table.py`). The last three have no file of their own, nor has a table that was logged from an artifact.
 * @module
 */

import { countText, pluralText, sizeText } from '../../core/index.ts';
import { type Members, membersOf, parseWandbJson, textMember } from '../../wandb-json/index.ts';
import { mediaFiles } from '../media/media-file.ts';
import type { CellSeries } from '../plugin.ts';
import type { ContentNeed, Contents, SavedFileReference } from '../saved-content.ts';
import { textTensor } from '../summary.ts';
import { escapedText, pathText, savedPlace } from './markdown.ts';
import { type TableContent, tableContent, tableGrid } from './table-grid.ts';
import { TEXT_METADATA } from './text-metadata.ts';

const TYPES: ReadonlySet<string> = new Set([
  'table-file',
  'incremental-table-file',
  'eval-table',
  'partitioned-table',
  'joined-table',
]);
/** Of files that are fetched: what is shown of a table is in its first kilobytes, but its JSON has to be whole. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Where tables without a file have their rows: members of their JSON. */
const ELSEWHERE = [
  'artifact_path',
  'parts_path',
  'table1',
  'table2',
  'join_key',
  'evaluate_call_id',
] as const;

/** Why rows are not shown. */
const REASONS = {
  lost: 'its file is lost, or is no longer the one that was logged',
  'too-large': `its file is larger than ${sizeText(MAX_FILE_BYTES)}`,
  unknown: 'its file was not read',
  'no-table': 'its file holds no table',
} as const;

export const TABLES: CellSeries = {
  accepts: isTableType,
  tag: (key) => key,
  metadata: TEXT_METADATA,
  isSampled: true,
  needs: (text) => needsOf(tableFile(text)),
  read: (text, contents) => [
    { suffix: '', metadata: TEXT_METADATA, tensor: textTensor(tableMarkdown(text, contents)) },
  ],
};

/** Whether values of this type are tables. */
export function isTableType(type: string): boolean {
  return TYPES.has(type);
}

function tableFile(text: string): SavedFileReference | undefined {
  return mediaFiles(text)[0]?.file;
}

function needsOf(file: SavedFileReference | undefined): ContentNeed[] {
  if (file === undefined || isTooLarge(file)) return [];
  return [{ kind: 'content', file, maxBytes: MAX_FILE_BYTES }];
}

function isTooLarge({ size }: SavedFileReference): boolean {
  return size !== null && size > MAX_FILE_BYTES;
}

function tableMarkdown(text: string, contents: Contents): string {
  const value = membersOf(parseWandbJson(text));
  const file = tableFile(text);
  if (file === undefined) return withoutFile(value);
  const bytes = isTooLarge(file) ? 'too-large' : contents.content(file, MAX_FILE_BYTES);
  if (typeof bytes === 'string') return withoutRows(value, file, bytes);
  const table = tableContent(bytes);
  const sized = { ...file, size: bytes.length };
  return table === undefined ? withoutRows(value, sized, 'no-table') : withRows(value, sized, table);
}

function withRows(value: Members, file: SavedFileReference, table: TableContent): string {
  const { markdown, omissions } = tableGrid(table);
  const counted = countOf(value['nrows']);
  const rows = table.data.length;
  const sentences = [
    ...(markdown === '' ? ['It has no columns.'] : []),
    // Python-Markdown makes up an empty row for a table without rows.
    ...(rows === 0 ? ['It has no rows.'] : []),
    ...omissions,
    // A file has at most 10,000 rows, and that of an incremental table only the new ones.
    ...(counted !== undefined && counted > rows
      ? [`W&B counts ${pluralText(counted, 'row')}, of which the file has ${countText(rows)}.`]
      : []),
    `The ${omissions.length > 0 ? 'whole ' : ''}table: ${placeOf(file)}.`,
  ];
  return [...(markdown === '' ? [] : [markdown, '']), sentences.join(' ')].join('\n');
}

function withoutRows(value: Members, file: SavedFileReference, reason: keyof typeof REASONS): string {
  return `${extentOf(value)}: ${placeOf(file)}. It is not shown here: ${REASONS[reason]}.`;
}

function withoutFile(value: Members): string {
  const known = ELSEWHERE.flatMap((name) => {
    const member = textMember(value, name);
    return member === undefined ? [] : [`- ${escapedText(name)}: ${pathText(member)}`];
  });
  const head = `${extentOf(value)}. It is not shown here: its rows are in no file of the run.`;
  return known.length === 0 ? head : [head, '', ...known].join('\n');
}

function placeOf({ file, size }: SavedFileReference): string {
  return `${savedPlace(file)} in the run's directory${size === null ? '' : ` (${sizeText(size)})`}`;
}

function extentOf(value: Members): string {
  const [rows, columns] = [countOf(value['nrows']), countOf(value['ncols'])];
  if (rows === undefined || columns === undefined) return 'A table';
  return `A table of ${pluralText(rows, 'row')} and ${pluralText(columns, 'column')}`;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
