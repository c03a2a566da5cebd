/** How rows are written in this process: by WebAssembly, or by JavaScript where it has none. @module */

import { javaScriptRows, type RowWriter } from './row-writer.ts';
import { type RecordMemory, WasmRows } from './wasm-rows.ts';

/** Undefined until it is asked for; null where it is not to be had. */
let wasmRows: WasmRows | null | undefined;

export function rowWriter(): RowWriter {
  return known() ?? javaScriptRows;
}

/**
 * Memory into which records are encoded without a copy; null where none is left. It is to be given back when nobody reads of it
 * any more.
 */
export function lendRecordMemory(): RecordMemory | null {
  return known()?.lend() ?? null;
}

function known(): WasmRows | null {
  if (wasmRows === undefined) wasmRows = load();
  return wasmRows;
}

function load(): WasmRows | null {
  try {
    return new WasmRows();
  } catch {
    return null;
  }
}
