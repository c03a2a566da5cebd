/**
 * What runs wrote to their consoles, out of their logs: of a run that is not sent to a server the SDK keeps it nowhere else.
 * Lines are as in its `output.log`: stdout, stderr and `Run.write_logs` write to a terminal each, which begin their lines in
 * one list, without times (github.com/wandb/wandb core/internal/runconsolelogs/{runconsolelogs,outputfilewriter}.go).
 * @module
 */

import { type FileHandle, open } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import {
  SingleFlight,
  Terminal,
  TerminalLines,
  TO_READ,
  TurnBudget,
  toLogdirError,
} from '../../../core/index.ts';
import { FieldWalker, LENGTH_DELIMITED, RECORD_FIELD, RecordPeek, VARINT } from '../decode/index.ts';
import { BLOCK_BYTES, LOG_HEADER, LogFramer, LogWindows } from '../log/index.ts';

/** What is looked through of a log, at its end: some 200 ms. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;
/** Most logs. A buffer of their size is cheaper than windows of a long one's. */
const SHORT_LOG_BYTES = 256 * 1024;
/** The last of the text: nobody reads more, and all of it is in memory. */
const MAX_CHARACTERS = 1024 * 1024;
/** Who looks at a file asks for its size first, and then for its bytes. */
const KEPT_CONSOLES = 8;

const STDOUT = 1;
/** Numbers of fields of OutputRecord and OutputRawRecord, and of OutputLoggerRecord. */
const OUTPUT = { type: 1, line: 3 } as const;
const LOGGER_LINE = 1;

export interface LogConsole {
  readonly bytes: Uint8Array;
  /** Of the log. Unix milliseconds. */
  readonly mtimeMs: number;
}

/** Consoles in logs, those that were asked for last. */
export class LogConsoles {
  readonly #kept = new LRUCache<string, { readonly console: LogConsole | null }>({ max: KEPT_CONSOLES });
  readonly #reading = new SingleFlight<string, LogConsole | null>();

  /** That of a log; null where it has none. @throws LogdirError */
  async of(path: string): Promise<LogConsole | null> {
    try {
      await using file = await open(path, TO_READ);
      const { size, mtimeMs } = await file.stat();
      const id = `${path} ${size} ${mtimeMs}`;
      const kept = this.#kept.get(id);
      if (kept !== undefined) return kept.console;
      const console = await this.#reading.run(id, async () => {
        const bytes = await consoleIn(file, size);
        return bytes && { bytes, mtimeMs: Math.floor(mtimeMs) };
      });
      this.#kept.set(id, { console });
      return console;
    } catch (error) {
      throw toLogdirError(error, `console in ${path}`);
    }
  }
}

/** Null where no record is about the console. @throws system errors of reading */
async function consoleIn(file: FileHandle, size: number): Promise<Uint8Array | null> {
  const first = Math.floor(Math.max(0, size - MAX_LOG_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  const framer = new LogFramer(Math.max(first, LOG_HEADER.length), 0);
  const reader = new ConsoleReader();
  const take = (window: Uint8Array, offset: number) => {
    framer.attach(window, offset);
    while (framer.next()) reader.take(framer.payload, framer.payloadStart, framer.payloadEnd);
  };
  if (size <= SHORT_LOG_BYTES) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, 0);
    take(buffer.subarray(0, bytesRead), 0);
  } else await readLong(file, size, framer, take);
  return reader.isEmpty ? null : reader.bytes;
}

async function readLong(
  file: FileHandle,
  size: number,
  framer: LogFramer,
  take: (window: Uint8Array, offset: number) => void,
): Promise<void> {
  const turns = new TurnBudget();
  await using windows = new LogWindows(file);
  while (windows.end < size) {
    const { position } = framer;
    const window = await windows.advance(position);
    if (window === null) return;
    take(window, position);
    windows.releasePassed();
    await turns.next();
  }
}

/** Puts the console together from the records of a log. */
class ConsoleReader {
  isEmpty = true;
  readonly #lines = new TerminalLines(MAX_CHARACTERS);
  readonly #stdout = new Terminal(this.#lines);
  readonly #stderr = new Terminal(this.#lines);
  readonly #logger = new Terminal(this.#lines);
  readonly #peek = new RecordPeek();
  readonly #fields = new FieldWalker();

  /** The text, in UTF-8. */
  get bytes(): Uint8Array {
    return Buffer.from(this.#lines.texts.map((line) => `${line}\n`).join(''), 'utf8');
  }

  take(bytes: Uint8Array, start: number, end: number): void {
    const peek = this.#peek;
    if (!peek.look(bytes, start, end)) return;
    const isLogger = peek.field === RECORD_FIELD.outputLogger;
    if (!isLogger && peek.field !== RECORD_FIELD.outputRaw && peek.field !== RECORD_FIELD.output) return;
    this.isEmpty = false;
    const fields = this.#fields;
    let isStdout = false;
    let line = '';
    fields.enter(bytes, peek.start, peek.end);
    while (fields.next()) {
      const { field, wireType } = fields;
      if (wireType === VARINT && field === OUTPUT.type) isStdout = fields.value === STDOUT;
      if (wireType === LENGTH_DELIMITED && field === (isLogger ? LOGGER_LINE : OUTPUT.line))
        line = textOf(bytes, fields.start, fields.end);
    }
    if (fields.malformed) return;
    const terminal = isLogger ? this.#logger : isStdout ? this.#stdout : this.#stderr;
    terminal.write(line);
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8', start, end);
}
