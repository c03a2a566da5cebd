/**
 * The module that assembly/encode-rows.ts is compiled to, with its memory. Compiled and made when it is first asked for: some
 * milliseconds.
 *
 * The memory never grows, so that views of it stay valid. What is not used of it costs addresses, no memory.
 * @module
 */

import { readFileSync } from 'node:fs';

/** See `encodeRows` in assembly/encode-rows.ts. */
type EncodeRows = (
  plans: number,
  steps: number,
  wallTimes: number,
  values: number,
  from: number,
  to: number,
  out: number,
  limit: number,
) => number;

interface Exports {
  readonly encodeRows: EncodeRows;
  readonly recordsEnd: { readonly value: number };
  readonly valuesEnd: { readonly value: number };
}

export interface WasmModule {
  readonly memory: ArrayBuffer;
  readonly encodeRows: EncodeRows;
  /** Where the last call of it ended: after the records, and after the values of their rows. */
  recordsEnd(): number;
  valuesEnd(): number;
}

const PAGE_BYTES = 65536;
/** Of the module's own data. */
export const MODULE_BYTES = PAGE_BYTES;

/** @throws Error of some kind where the engine has no WebAssembly, no SIMD or no memory left, or the file is not there. */
export function loadWasmModule(memoryBytes: number): WasmModule {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const code = readFileSync(new URL('./encode-rows.wasm', import.meta.url));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  // The type of exports knows none of them by name.
  const { encodeRows, recordsEnd, valuesEnd } = exports as unknown as Exports;
  return {
    memory: memory.buffer as ArrayBuffer,
    encodeRows,
    recordsEnd: () => recordsEnd.value,
    valuesEnd: () => valuesEnd.value,
  };
}
