/** Lines of a ledger, each checked JSON. Pure. @module */

import { checkedJson, parseCheckedJson } from '../core/index.ts';
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

/** That something is lost. */
export type Loss = Extract<Decision, { readonly lost: string }>;

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

/** With its end. */
export function lineText(line: LedgerLine): string {
  return `${checkedJson(line)}\n`;
}

/** Undefined for what is none, whole as it was written. */
export function parseLine(text: string): LedgerLine | undefined {
  return parseCheckedJson(text) as LedgerLine | undefined;
}

export function isLate(line: LedgerLine): line is Late {
  return !Array.isArray(line);
}
