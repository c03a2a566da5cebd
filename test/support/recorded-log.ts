/** A logger whose records tests read. @module */

import { PassThrough } from 'node:stream';
import { createLogger, type Logger, type LogLevel } from '../../src/observability/index.ts';

export interface RecordedLog {
  readonly logger: Logger;
  /** All lines so far. */
  text(): string;
  /** Messages of records at least as grave as warnings. */
  complaints(): readonly string[];
}

export function recordedLog(level: LogLevel = 'debug'): RecordedLog {
  const destination = new PassThrough().setEncoding('utf8');
  let text = '';
  destination.on('data', (chunk: string) => {
    text += chunk;
  });
  const records = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { readonly level: number; readonly msg: string });
  return {
    logger: createLogger({ level, format: 'json', destination }),
    text: () => text,
    complaints: () => records().flatMap(({ level: grade, msg }) => (grade >= 40 ? [msg] : [])),
  };
}
