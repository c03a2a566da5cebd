import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../src/core/index.ts';
import { readLog } from '../support/local-runs.ts';
import { PYTHON, PYTHON_MISSING } from '../support/python.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READER = join(ROOT, 'test/support/sdk-rows.py');
/** Logs of many SDK versions, and runs made by the SDK: not part of the repository. */
const FOLDERS = [
  join(ROOT, '../shared/wild'),
  join(ROOT, 'examples/wandb'),
  process.env['WANDB_LOGDIR_TEST_LOGS'] ?? '',
];

function logsBelow(folder: string): readonly string[] {
  if (folder === '' || !existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.wandb')).map((name) => join(folder, name));
}

/** A row of either reader in one form: specials as words, json cells parsed. */
interface PlainRow {
  readonly step: number;
  readonly values: Readonly<Record<string, number | string>>;
  readonly cells: Readonly<Record<string, unknown>>;
}

function plainRow(row: HistoryRow): PlainRow {
  const values = row.shape.keys.map((key, index) => {
    const value = row.values[index]!;
    return [key, Number.isFinite(value) ? value : String(value)] as const;
  });
  const cells = row.cells.map(
    ({ key, kind, text }) => [key, kind === 'string' ? text : parseLenient(text)] as const,
  );
  return { step: row.step, values: Object.fromEntries(values), cells: Object.fromEntries(cells) };
}

/** JSON in which NaN and infinities may stand bare, as words. */
function parseLenient(text: string): unknown {
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  return JSON.parse(quoted);
}

const logs = FOLDERS.flatMap(logsBelow);

describe.skipIf(PYTHON_MISSING !== null)(
  `history rows are those the SDK's protobuf classes see${PYTHON_MISSING ? ` (skipped: ${PYTHON_MISSING})` : ''}`,
  () => {
    const expected = new Map<string, PlainRow[]>();

    beforeAll(() => {
      // One process for all logs: importing the SDK takes seconds.
      const output = execFileSync(PYTHON, [READER, ...logs], { encoding: 'utf8', maxBuffer: 2 ** 30 });
      let rows: PlainRow[] = [];
      for (const line of output.trimEnd().split('\n')) {
        const entry = parseLenient(line) as { readonly file: string } | PlainRow;
        if ('file' in entry) {
          rows = [];
          expected.set(entry.file, rows);
        } else rows.push({ step: entry.step, values: entry.values, cells: entry.cells });
      }
    });

    it.each(logs)('%s', async (path) => {
      const { rows, skippedBytes } = await readLog(readFileSync(path));
      expect(rows.map(plainRow)).toEqual(expected.get(path));
      expect(skippedBytes).toBe(0);
    });
  },
);
