/** The scanner in WebAssembly (assembly/scan-log.ts): one module for all logs, and instances that serve one after another. @module */

import { readFileSync } from 'node:fs';
import { SHIFTS, WINDOW_BYTES } from '../log/index.ts';
import { powersOfFive } from './powers-of-five.ts';

/** What assembly/scan-log.ts exports and is used here. Addresses are bytes of the memory. */
export interface ScanExports {
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
/** Keys, shapes, rows and tables: see `setUp` in assembly/scan-log.ts. */
const OWN_BYTES = 1536 * 1024;
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
  compiled ??= compile();
  const engine = compiled && makeEngine(compiled);
  if (engine !== null) made++;
  return engine;
}

export function returnEngine(engine: ScanEngine): void {
  idle.push(engine);
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
  const bytes = PAGE_BYTES + OWN_BYTES + WINDOWS * stride + ARENA_BYTES + SLACK_BYTES;
  const pages = Math.ceil(bytes / PAGE_BYTES);
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return null;
  }
  const { buffer } = memory;
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ScanExports;
  if (exports.setUp(PAGE_BYTES) > OWN_BYTES) throw new RangeError('assembly/scan-log.ts takes more memory');
  new BigUint64Array(buffer, exports.powersAt()).set(powersOfFive());
  new Int32Array(buffer, exports.shiftsAt()).set(SHIFTS);
  const windowsAt = PAGE_BYTES + OWN_BYTES;
  const windows = Array.from(
    { length: WINDOWS },
    (_, index) => new Uint8Array(buffer, windowsAt + index * stride, WINDOW_BYTES),
  );
  return {
    exports,
    buffer,
    windows,
    arena: new Uint8Array(buffer, windowsAt + WINDOWS * stride, ARENA_BYTES),
  };
}

function align(bytes: number): number {
  return (bytes + 15) & ~15;
}
