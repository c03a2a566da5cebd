/** The scanner in WebAssembly (assembly/scan-log.ts): one module for all logs, and instances that serve one after another. @module */

import { readFileSync } from 'node:fs';
import { SHIFTS, WINDOW_BYTES } from '../log/index.ts';
import { powersOfFive } from './powers-of-five.ts';

/** What assembly/scan-log.ts exports and is used here. Addresses are bytes of the memory. */
export interface ScanExports {
  readonly MAX_KEYS: WebAssembly.Global<'i32'>;
  readonly MAX_ROWS: WebAssembly.Global<'i32'>;
  readonly MAX_VALUES: WebAssembly.Global<'i32'>;
  readonly keys: WebAssembly.Global<'i32'>;
  readonly shapes: WebAssembly.Global<'i32'>;
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
  readonly stretchEnd: WebAssembly.Global<'i32'>;
  setUp(region: number): number;
  powersAt(): number;
  shiftsAt(): number;
  rowNamesAt(): number;
  placesAt(): number;
  keyAddressesAt(): number;
  keyLengthsAt(): number;
  stepsAt(): number;
  timestampsAt(): number;
  shapesAt(): number;
  valuesAt(): number;
  reset(): void;
  setClock(step: number, timestamp: number): void;
  clearRows(): void;
  clearPlaces(): void;
  addKey(meaning: number): number;
  addShape(count: number): number;
  scan(start: number, limit: number, stopAt: number): number;
  scanRecord(start: number, end: number): number;
  expectedChecksum(start: number, limit: number): number;
}

/** One instance and its memory: pieces for windows and a place for records that span blocks. */
export interface ScanEngine {
  readonly exports: ScanExports;
  readonly buffer: ArrayBuffer;
  /** Free for bytes of the log. */
  readonly windows: readonly Uint8Array[];
  readonly arena: Uint8Array;
}

const PAGE_BYTES = 65_536;
/** Two that are read by turns, and two that passed while the summary still points into them. */
const WINDOWS = 4;
const ARENA_BYTES = 512 * 1024;
/** The scanner loads words of 8 bytes, also where fewer are left. */
const SLACK_BYTES = 16;
/** Logs that are read at the same time beyond these are read without: each takes some 4 MB. */
const MAX_ENGINES = 8;

const idle: ScanEngine[] = [];
let made = 0;
let compiled: WebAssembly.Module | null | undefined;

/** An instance nobody else uses, until it is given back; null where there is none to be had. */
export function borrowEngine(): ScanEngine | null {
  const engine = idle.pop();
  if (engine !== undefined) return engine;
  compiled ??= compile();
  if (compiled === null || made >= MAX_ENGINES) return null;
  made++;
  return makeEngine(compiled);
}

export function returnEngine(engine: ScanEngine): void {
  idle.push(engine);
}

/** Null where the module was not built, or the machine runs none. */
function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(readFileSync(new URL('./scan-log.wasm', import.meta.url)));
  } catch {
    return null;
  }
}

function makeEngine(module: WebAssembly.Module): ScanEngine | null {
  const stride = WINDOW_BYTES + SLACK_BYTES;
  const ownBytes = 2 * 1024 * 1024;
  const pages = Math.ceil((PAGE_BYTES + ownBytes + WINDOWS * stride + ARENA_BYTES) / PAGE_BYTES) + 1;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    // Address space is bounded (`ulimit -v`).
    return null;
  }
  const { buffer } = memory;
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const exports = instance.exports as unknown as ScanExports;
  let at = PAGE_BYTES + align(exports.setUp(PAGE_BYTES));
  new BigUint64Array(buffer, exports.powersAt()).set(powersOfFive());
  new Int32Array(buffer, exports.shiftsAt()).set(SHIFTS);
  const windows = Array.from(
    { length: WINDOWS },
    (_, index) => new Uint8Array(buffer, at + index * align(stride), WINDOW_BYTES),
  );
  at += WINDOWS * align(stride);
  return { exports, buffer, windows, arena: new Uint8Array(buffer, at, ARENA_BYTES) };
}

function align(bytes: number): number {
  return (bytes + 15) & ~15;
}
