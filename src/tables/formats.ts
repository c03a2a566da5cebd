/** Every kind of table there is, by name. @module */

import { CSV } from './csv.ts';
import type { TableFormat, TableFormatName } from './format.ts';
import { JSONL } from './jsonl.ts';
import { PARQUET } from './parquet.ts';

export const FORMATS: Readonly<Record<TableFormatName, TableFormat>> = {
  csv: CSV,
  jsonl: JSONL,
  parquet: PARQUET,
};
