/** Where a command writes, and how text looks there. @module */

import { closeSync, constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import type { Logger } from '../observability/index.ts';
import { EXIT } from './exit-codes.ts';

type Style = Parameters<typeof styleText>[0];

/** The terminal that a process belongs to, wherever its streams lead (tty(4)). */
const CONTROLLING_TERMINAL = '/dev/tty';
/** Descriptors of stdin, stdout and stderr. */
const STREAMS = [0, 1, 2] as const;

/** Takes away what a progress bar left on the line. */
const CLEAR_LINE = '\r\u001b[K';

export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether somebody watches who likes to see how far things are. */
  readonly isWatched: boolean;
  /** A line for the result of the command. */
  print(line: string): void;
  /** A line for the person watching. */
  note(line: string): void;
  /** The same for what may not be as it was meant. */
  warn(text: string): void;
  /** The same for why the command ends. */
  fail(text: string): void;
  /** Styled text for stdout; plain when stdout is no terminal or colour is unwanted. */
  style(style: Style, text: string): string;
  /** The same for stderr. */
  noteStyle(style: Style, text: string): string;
}

/**
 * Whether there is a terminal whose end would send SIGHUP: one that a stream leads to, or that the process was started
 * from. Services and containers have none, nor has what setsid(1) starts.
 */
export function hasTerminal(): boolean {
  if (STREAMS.some((descriptor) => isatty(descriptor))) return true;
  try {
    closeSync(openSync(CONTROLLING_TERMINAL, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

export function processTerminal({ noColor }: { readonly noColor: boolean }): Terminal {
  const { stdout, stderr } = process;
  ignoreBrokenPipe(stdout);
  ignoreHangup(stdout);
  ignoreHangup(stderr);
  const styled = (stream: NodeJS.WriteStream) => (style: Style, text: string) =>
    stream.isTTY && !noColor ? styleText(style, text) : text;
  const note = (line: string) => void stderr.write(`${stderr.isTTY ? CLEAR_LINE : ''}${line}\n`);
  const noteStyle = styled(stderr);
  return {
    stdout,
    stderr,
    isWatched: stderr.isTTY,
    print: (line) => void stdout.write(`${line}\n`),
    note,
    warn: (text) => note(`${noteStyle('yellow', 'warning:')} ${text}`),
    fail: (text) => note(`${noteStyle('red', 'error:')} ${text}`),
    style: styled(stdout),
    noteStyle,
  };
}

/** The same terminal where programs read stderr: what is said to the person watching are records of the log. */
export function recordingTerminal(terminal: Terminal, logger: Logger): Terminal {
  return {
    ...terminal,
    isWatched: false,
    note: (line) => logger.info(line.trim()),
    warn: (text) => logger.warn(text),
    fail: (text) => logger.error(text),
    noteStyle: (_style, text) => text,
  };
}

/** `wandb-logdir ls | head -1` closes the pipe early; that is the reader's right and no failure. */
function ignoreBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
}

/** A terminal that was closed refuses what is still said; SIGHUP, which comes with it, ends the program in order. */
function ignoreHangup(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EIO' || error.code === 'EPIPE') return;
    process.stderr.write(`error: what was asked for could not be written: ${error.message}\n`);
    process.exit(EXIT.internal);
  });
}
