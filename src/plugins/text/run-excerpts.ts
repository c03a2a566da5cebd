/**
 * Texts of files that W&B saves with a run: what it wrote to its console, which packages it ran with, and how its code
 * differs from the commit it began from. Names of files: `wandb/sdk/lib/filenames.py`.
 * @module
 */

import { cutText, Terminal, TerminalLines } from '../../core/index.ts';
import type { ExcerptNeed } from '../saved-content.ts';

/** UTF-8 of one text. */
const MAX_BYTES = 8 * 1024;
const MAX_CONSOLE_LINES = 200;
/** Read of the console's end: what redraws itself takes many times the room of what it shows last. */
const CONSOLE_BYTES = 256 * 1024;
/** They end a line, or show nothing. */
const CONTROL_CHARACTERS = /[^\P{Cc}\n\t]|\p{Cs}/gu;

interface ExcerptSource extends Omit<ExcerptNeed, 'occasion'> {
  readonly tag: string;
}

const CONSOLE: ExcerptSource = {
  tag: 'wandb/console',
  file: 'output.log',
  from: 'end',
  maxBytes: CONSOLE_BYTES,
  shorten: consoleExcerpt,
};

const SOURCES: readonly ExcerptSource[] = [
  CONSOLE,
  beginningOf('requirements.txt', 'wandb/requirements'),
  beginningOf('diff.patch', 'wandb/diff'),
];

/** Tags of the texts. */
export const EXCERPT_TAGS: readonly string[] = SOURCES.map(({ tag }) => tag);

/** By file. */
export const TAG_OF_EXCERPT: ReadonlyMap<string, string> = new Map(
  SOURCES.map(({ file, tag }) => [file, tag]),
);

/** What is told at an exit of a run; `occasion`: at which, from 1. */
export function excerptsAtExit(occasion: number): readonly ExcerptNeed[] {
  return SOURCES.map(({ tag: _, ...source }) => ({ ...source, occasion }));
}

function beginningOf(file: string, tag: string): ExcerptSource {
  const shorten = (bytes: Uint8Array, isWhole: boolean) => beginning(bytes, isWhole, file);
  return { tag, file, from: 'start', maxBytes: MAX_BYTES, shorten };
}

/** Whole lines, as far as they reach. */
function beginning(bytes: Uint8Array, isWhole: boolean, file: string): string {
  // An unfinished character at the end is left out.
  const text = new TextDecoder().decode(bytes, { stream: !isWhole }).replaceAll('\r\n', '\n');
  const shown = text.replace(CONTROL_CHARACTERS, '�');
  const lines = shown.split('\n');
  const kept = linesWithin(lines);
  if (isWhole && kept === lines.length) return shown.trimEnd();
  // The last line may be a part of one.
  const whole = lines.slice(0, Math.max(1, isWhole ? kept : Math.min(kept, lines.length - 1)));
  return `${cutToBytes(whole.join('\n'))}\n${restOf(file)}`;
}

/** The last lines, as a terminal shows them. */
function consoleExcerpt(bytes: Uint8Array, isWhole: boolean): string {
  const text = new TextDecoder().decode(bytes);
  const lines = new TerminalLines(CONSOLE_BYTES);
  // Of a file that is read from its middle on, the first line is a part of one.
  new Terminal(lines).write(isWhole ? text : text.slice(text.indexOf('\n') + 1));
  const texts = lines.texts.map((line) => line.replace(CONTROL_CHARACTERS, '�').trimEnd());
  const end = texts.findLastIndex((line) => line !== '') + 1;
  const last = texts.slice(Math.max(0, end - MAX_CONSOLE_LINES), end).reverse();
  const kept = last.slice(0, Math.max(1, linesWithin(last))).reverse();
  const isCut = !isWhole || lines.isCut || kept.length < end;
  const shown = cutToBytes(kept.join('\n'));
  return isCut && shown !== '' ? `${restOf(CONSOLE.file)}\n${shown}` : shown;
}

/** Where to read on. */
function restOf(file: string): string {
  return `… (@files/${file} has the rest)`;
}

/** How many of the first lines have room. */
function linesWithin(lines: readonly string[]): number {
  let bytes = 0;
  for (const [index, line] of lines.entries()) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > MAX_BYTES + 1) return index;
  }
  return lines.length;
}

/** A single line may be longer. */
function cutToBytes(text: string): string {
  // A UTF-16 unit has three bytes at most.
  return Buffer.byteLength(text) <= MAX_BYTES ? text : cutText(text, MAX_BYTES / 3);
}
