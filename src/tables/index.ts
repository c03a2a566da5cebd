/** The history of runs as tables: CSV, JSON lines, Parquet, made piece by piece whenever somebody reads them. @module */

export { TABLE_FORMATS, type TableFormatName } from './format.ts';
export { Table, type TableReadOptions } from './table.ts';
export { type NamedRun, type TableChoice, Tables } from './tables.ts';
