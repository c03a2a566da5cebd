/** Processes that read a file and hold it against what it will have become (growing-file-readers.py). @module */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('growing-file-readers.py', import.meta.url));

/** What one process found. */
export interface ReaderReport {
  readonly operations: number;
  readonly bytes: number;
  /** Sizes the reader has seen. */
  readonly sizes: number;
  /** Reads that gave a part of what was there, and the rest when asked again. */
  readonly parts: number;
  /** Reads of other bytes, of fewer than there were, and failures; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface ReadersOptions {
  readonly file: string;
  /** The whole file as it will be, elsewhere. */
  readonly oracle: string;
  readonly readers: number;
  /** Of all readers together. */
  readonly operations: number;
  /** Hears the share of operations that are done. */
  readonly onProgress?: (share: number) => void;
}

export async function runReaders(options: ReadersOptions): Promise<readonly ReaderReport[]> {
  const { file, oracle, readers, operations, onProgress } = options;
  const words = ['-B', SCRIPT, file, oracle, `${readers}`, `${operations}`];
  const child = spawn('python3', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let reports: readonly ReaderReport[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { readonly done: number } | { readonly readers: typeof reports };
    if ('done' in told) onProgress?.(told.done / operations);
    else reports = told.readers;
  }
  return reports;
}

/** A sum over readers. */
export function total(reports: readonly ReaderReport[], of: (report: ReaderReport) => number): number {
  return reports.reduce((sum, report) => sum + of(report), 0);
}
