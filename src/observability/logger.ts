/** The program's log: pino, as JSON for machines or prettied for a terminal, with secrets blanked out. @module */

import { destination as fileDescriptor, type Logger, pino, stdSerializers } from 'pino';
import { build as prettyStream } from 'pino-pretty';
import { errnoOf, LogdirError, MASK, withoutCredentials } from '../core/index.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Keys whose value never reaches the log, however deep they lie (down to `REDACTION_DEPTH`). */
export const SECRET_KEYS = [
  'apiKey',
  'api_key',
  'authorization',
  'Authorization',
  'token',
  'password',
  'secret',
  'cookie',
] as const;

/** Objects logged here are shallow; four levels reach an HTTP client's `err.config.headers.authorization`. */
const REDACTION_DEPTH = 4;

/** Errors of the system, `EACCES`, and none of Node's own, `ERR_INVALID_ARG_TYPE`. */
const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** File descriptor of stderr: stdout belongs to what a command prints. */
const STDERR = 2;

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Default: stderr. */
  readonly destination?: NodeJS.WritableStream;
  /** Colour in the pretty format. Default: whether the destination is a terminal. */
  readonly color?: boolean;
}

/** A logger that writes one line per message. Rooms take `logger.child({ room })`. */
export function createLogger({ level, format, destination, color }: LoggerOptions): Logger {
  const redact = { paths: secretPaths(), censor: MASK };
  const family = new Set<Logger>();
  const onChild = (child: Logger) => {
    family.add(child);
    FAMILIES.set(child, family);
  };
  // Addresses come with messages of others, too, so that each line is looked at as a whole.
  const hooks = { streamWrite: withoutCredentials };
  const options = { level, redact, serializers: { err: errorFields }, onChild, hooks };
  const stream =
    format === 'json'
      ? (destination ?? fileDescriptor({ fd: STDERR, sync: true }))
      : prettyDestination(destination ?? process.stderr, color);
  const logger = pino(options, stream);
  onChild(logger);
  return logger;
}

/** Loggers by the root they come from: a child of pino keeps the level that its parent had when it was made. */
const FAMILIES = new WeakMap<Logger, Set<Logger>>();

/** Changes the level of a logger of `createLogger`, and of all that were and will be made from it. */
export function setLogLevel(logger: Logger, level: LogLevel): void {
  for (const one of FAMILIES.get(logger) ?? [logger]) one.level = level;
}

/** A child that writes whatever the level is. */
export function unfilteredLogger(logger: Logger): Logger {
  const child = logger.child({}, { level: 'trace' });
  FAMILIES.get(child)?.delete(child);
  return child;
}

/** A logger that says nothing. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}

/** Runs in this thread: lines come out in order, and none is lost when the process ends at once. */
function prettyDestination(destination: NodeJS.WritableStream, color: boolean | undefined) {
  const isTerminal = 'isTTY' in destination && destination.isTTY === true;
  return prettyStream({
    destination,
    colorize: color ?? isTerminal,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'room,pid,hostname',
    messageFormat: (log, messageKey) => `${log['room'] ? `${log['room']}: ` : ''}${log[messageKey] ?? ''}`,
    singleLine: true,
    sync: true,
  });
}

/** What went wrong outside, here or in the system, says all in its message; a stack belongs to what should not happen. */
function errorFields(error: Error): object {
  const code = error instanceof LogdirError ? error.code : errnoOf(error);
  const isForeseen = error instanceof LogdirError ? code !== 'internal' : SYSTEM_CODE.test(code ?? '');
  if (!isForeseen) return stdSerializers.err(error);
  return { type: error.name, code, message: error.message };
}

function secretPaths(): string[] {
  const prefixes = Array.from({ length: REDACTION_DEPTH }, (_, depth) => '*.'.repeat(depth));
  return prefixes.flatMap((prefix) => SECRET_KEYS.map((key) => prefix + key));
}
