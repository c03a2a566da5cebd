/** How rows are written in this process: by WebAssembly, or by JavaScript where it has none. @module */

import { javaScriptRows, type RowWriter } from './row-writer.ts';
import type { MemoryLoan } from './wasm-loans.ts';
import { WasmRows } from './wasm-rows.ts';

/** Undefined until it is asked for; null where it is not to be had. */
let wasmRows: WasmRows | null | undefined;

export function rowWriter(): RowWriter {
  return known() ?? javaScriptRows;
}

/** Memory into which a segment's records are encoded without a copy. Null where all is lent, or there is none. */
export function lendRecordMemory(): MemoryLoan | null {
  return known()?.recordLoans.lend() ?? null;
}

/** The same for rows, from which they are encoded without a copy. */
export function lendRowMemory(): MemoryLoan | null {
  return known()?.rowLoans.lend() ?? null;
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
