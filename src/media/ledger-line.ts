/** Lines of a ledger: the CRC-32 of their JSON in hexadecimal, a space, and that JSON. Pure. @module */

import { crc32 } from 'node:zlib';
import type { DrawnLabel } from './drawn-labels.ts';

/** What was found of a need or a blob. */
export type Decision =
  /** Bytes, their CRC-32 where they were read, and the names of classes that were drawn with them. */
  | { readonly size: number; readonly crc?: number; readonly labels?: readonly DrawnLabel[] }
  /** `isPassing`: it could not be had for long when it was wanted, and may be later. */
  | { readonly lost: string; readonly isPassing?: true }
  | { readonly tooLarge: true }
  /** What a file told at an exit. */
  | { readonly text: string };

/** What was served can't be had any more. */
export interface Late {
  readonly reason: string;
  /** Keys of what is lost, and of what is to be decided anew. */
  readonly lost: readonly string[];
  /** See `Decision`. */
  readonly isPassing?: true;
  readonly forgotten: readonly string[];
}

export type LedgerLine = readonly [key: string, decision: Decision] | Late;

const CRC_CHARACTERS = 8;

/** With its end. */
export function lineText(line: LedgerLine): string {
  const json = JSON.stringify(line);
  return `${crcText(json)} ${json}\n`;
}

/** Undefined for what is none, whole as it was written. */
export function parseLine(text: string): LedgerLine | undefined {
  const json = text.slice(CRC_CHARACTERS + 1);
  if (text.slice(0, CRC_CHARACTERS) !== crcText(json)) return undefined;
  try {
    return JSON.parse(json) as LedgerLine;
  } catch {
    return undefined;
  }
}

export function isLate(line: LedgerLine): line is Late {
  return !Array.isArray(line);
}

function crcText(json: string): string {
  return crc32(json).toString(16).padStart(CRC_CHARACTERS, '0');
}
