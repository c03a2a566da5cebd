/** `Run.parquetHistory`: where the exported rows are, and the rows that are not exported. @module */

import { shuffled } from '../../random.ts';
import { bareObject, type JsonObject, jsonSafe } from '../rows/json-value.ts';
import type { Run } from '../store/run.ts';
import type { Context } from './context.ts';

export interface ParquetHistory {
  readonly parquetUrls: readonly string[];
  readonly liveData: readonly JsonObject[];
}

export function parquetHistory(run: Run, liveKeys: readonly string[], context: Context): ParquetHistory {
  const { behaviour, storage, random } = context;
  const urls = run.exports.historyFiles.map((file) => storage.signedUrl(file, run.name));
  return {
    parquetUrls: behaviour.shufflesParquetUrls ? shuffled(urls, random) : urls,
    liveData: behaviour.liveData === 'absent' ? [] : liveRows(run, liveKeys),
  };
}

/** Rows with the keys asked for; rows that have none of them are left out. */
function liveRows(run: Run, keys: readonly string[]): JsonObject[] {
  const rows: JsonObject[] = [];
  for (const { block, from, to } of run.exports.liveSpans()) {
    for (let index = from; index < to; index++) {
      const row = bareObject();
      for (const key of keys) {
        const value = block.value(index, key);
        if (value !== undefined) row[key] = jsonSafe(value);
      }
      if (Object.keys(row).length > 0) rows.push(row);
    }
  }
  return rows;
}
