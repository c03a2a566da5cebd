/** The scanner in WebAssembly (assembly/scan-log.ts): one module for all logs, and instances that serve one after another. @module */

import { readFileSync } from 'node:fs';
import { SHIFTS, WINDOW_BYTES } from '../log/index.ts';
import { powersOfFive } from './powers-of-five.ts';

/** What assembly/scan-log.ts exports and is used here. Addresses are bytes of the memory. */
export interface ScanExports {
  readonly POWERS_AT: WebAssembly.Global<'i32'>;
  readonly SHIFTS_AT: WebAssembly.Global<'i32'>;
  readonly ROW_NAMES_AT: WebAssembly.Global<'i32'>;
  readonly PLACES_AT: WebAssembly.Global<'i32'>;
  readonly KEY_ADDRESSES_AT: WebAssembly.Global<'i32'>;
  readonly KEY_LENGTHS_AT: WebAssembly.Global<'i32'>;
  readonly STEPS_AT: WebAssembly.Global<'i32'>;
  readonly TIMESTAMPS_AT: WebAssembly.Global<'i32'>;
  readonly SHAPES_AT: WebAssembly.Global<'i32'>;
  readonly VALUES_AT: WebAssembly.Global<'i32'>;
  readonly ARENA_AT: WebAssembly.Global<'i32'>;
  readonly ARENA_BYTES: WebAssembly.Global<'i32'>;
  readonly REGION_END: WebAssembly.Global<'i32'>;
  readonly keys: WebAssembly.Global<'i32'>;
  readonly order: WebAssembly.Global<'i32'>;
  readonly lastStep: WebAssembly.Global<'f64'>;
  readonly lastTimestamp: WebAssembly.Global<'f64'>;
  readonly rows: WebAssembly.Global<'i32'>;
  readonly values: WebAssembly.Global<'i32'>;
  readonly stoppedAt: WebAssembly.Global<'i32'>;
  readonly taken: WebAssembly.Global<'i32'>;
  readonly keyFrom: WebAssembly.Global<'i32'>;
  readonly keyTo: WebAssembly.Global<'i32'>;
  readonly rowCount: WebAssembly.Global<'i32'>;
  readonly arenaUsed: WebAssembly.Global<'i32'>;
  reset(): void;
  setClock(step: number, timestamp: number): void;
  clearRows(): void;
  clearPlaces(): void;
  addKey(meaning: number): number;
  addShape(count: number): number;
  scan(start: number, limit: number, stopAt: number): number;
  scanAssembled(length: number): number;
  clearArena(): void;
  beginChunks(): void;
  followChunks(start: number, limit: number): number;
  chunksChecksum(): number;
}

/** One instance and its memory. */
export interface ScanEngine {
  readonly exports: ScanExports;
  readonly buffer: ArrayBuffer;
  /** Free for bytes of the log. */
  readonly windows: readonly Uint8Array[];
  /** Where records that span blocks are put together. */
  readonly arena: Uint8Array;
}

const PAGE_BYTES = 65_536;
/** Two that are read by turns, and two that passed while the summary still points into them. */
const WINDOWS = 4;
/** More than the `REGION_END` of assembly/scan-log.ts, where what it has ends. */
const OWN_BYTES = 2112 * 1024;
/** The scanner loads words of 8 bytes, also where fewer are left. */
const SLACK_BYTES = 16;
/** Logs that are read at the same time beyond these are read without: each takes some 4 MB. */
const MAX_ENGINES = 8;

const idle: ScanEngine[] = [];
let made = 0;
/** Null once it is known that there is none. */
let compiled: WebAssembly.Module | null | undefined;

/** An instance nobody else uses, until it is given back; null where there is none to be had. */
export function borrowEngine(): ScanEngine | null {
  const free = idle.pop();
  if (free !== undefined || made >= MAX_ENGINES) return free ?? null;
  const module = compiledScanner();
  const engine = module && makeEngine(module);
  if (engine !== null) made++;
  return engine;
}

export function returnEngine(engine: ScanEngine): void {
  idle.push(engine);
}

/** The scanner's code; null where there is none. */
export function compiledScanner(): WebAssembly.Module | null {
  if (compiled === undefined) compiled = compile();
  return compiled;
}

/** Has this thread take code that another has compiled. */
export function useScanner(module: WebAssembly.Module): void {
  compiled = module;
}

/** Null where the module was not built, or Node runs none (`--jitless`). */
function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(readFileSync(new URL('./scan-log.wasm', import.meta.url)));
  } catch {
    return null;
  }
}

/** Null where there is no room for its memory (`ulimit -v`). */
function makeEngine(module: WebAssembly.Module): ScanEngine | null {
  const stride = align(WINDOW_BYTES + SLACK_BYTES);
  const bytes = OWN_BYTES + WINDOWS * stride;
  const pages = Math.ceil(bytes / PAGE_BYTES);
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return null;
  }
  const { buffer } = memory;
  // The type of exports knows none of them by name.
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ScanExports;
  if (exports.REGION_END.value > OWN_BYTES) throw new RangeError('assembly/scan-log.ts needs more memory');
  new BigUint64Array(buffer, exports.POWERS_AT.value).set(powersOfFive());
  new Int32Array(buffer, exports.SHIFTS_AT.value).set(SHIFTS);
  const windows = Array.from(
    { length: WINDOWS },
    (_, index) => new Uint8Array(buffer, OWN_BYTES + index * stride, WINDOW_BYTES),
  );
  const arena = new Uint8Array(buffer, exports.ARENA_AT.value, exports.ARENA_BYTES.value);
  return { exports, buffer, windows, arena };
}

function align(bytes: number): number {
  return (bytes + 15) & ~15;
}
