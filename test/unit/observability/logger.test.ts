/** The log: levels, formats, colour, and no secrets. @module */

import { hostname } from 'node:os';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import {
  AccessLog,
  type AccessLogMode,
  createLogger,
  type LoggerOptions,
  setLogLevel,
  silentLogger,
} from '../../../src/observability/index.ts';

function captured(options: Partial<LoggerOptions>) {
  const destination = new PassThrough();
  const logger = createLogger({ level: 'info', format: 'json', ...options, destination });
  destination.setEncoding('utf8');
  /** Everything written: `read()` alone may give one chunk at a time. */
  const text = () => {
    const chunks: string[] = [];
    for (let chunk = destination.read(); chunk !== null; chunk = destination.read()) chunks.push(chunk);
    return chunks.join('');
  };
  return { logger, text };
}

describe('createLogger', () => {
  it('writes one JSON object per line, with the fields of the child', () => {
    const { logger, text } = captured({});
    logger.child({ room: 'history' }).info({ runId: 'abc' }, 'run grew');
    expect(JSON.parse(text())).toMatchObject({ level: 30, room: 'history', runId: 'abc', msg: 'run grew' });
  });

  it('leaves out what is below its level', () => {
    const { logger, text } = captured({ level: 'warn' });
    logger.info('not this');
    logger.warn('but this');
    expect(text().trim().split('\n')).toHaveLength(1);
  });

  it.each(['json', 'pretty'] as const)('blanks out secrets at any usual depth (%s)', (format) => {
    const { logger, text } = captured({ format });
    const headers = { authorization: 's3cret', Authorization: 's3cret' };
    logger.info({ apiKey: 's3cret', a: { token: 's3cret', b: { password: 's3cret' } } }, 'one');
    logger.child({ api_key: 's3cret' }).info({ err: { config: { headers } } }, 'two');
    const written = text();
    expect(written).not.toContain('s3cret');
    expect(written.match(/\[redacted\]/g)).toHaveLength(6);
  });

  it.each(['json', 'pretty'] as const)(
    'blanks out credentials in addresses, wherever they stand (%s)',
    (format) => {
      const { logger, text } = captured({ format });
      const err = new Error('connect to http://me:s3cret@proxy:3128 failed');
      logger.warn({ err, url: 'https://b/x?X-Amz-Signature=s3cret' }, 'asked https://s3cret@host/');
      const written = text();
      expect(written).not.toContain('s3cret');
      expect(written).toContain('http://[redacted]@proxy:3128 failed');
    },
  );

  it('prints a readable line without colour when the destination is no terminal', () => {
    const { logger, text } = captured({ format: 'pretty' });
    logger.child({ room: 'http' }).warn({ port: 7070 }, 'listening');
    expect(text()).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: http: listening {"port":7070}\n$/);
  });

  it('tells of trouble outside in words, of what should not happen with its stack', () => {
    const { logger, text } = captured({});
    logger.warn({ err: new LogdirError('unavailable', 'nobody there') }, 'away');
    expect(JSON.parse(text()).err).toEqual({
      type: 'LogdirError',
      code: 'unavailable',
      message: 'nobody there',
    });
    logger.warn({ err: new LogdirError('internal', 'a bug') }, 'odd');
    expect(JSON.parse(text()).err.stack).toContain('logger.test');
  });

  it('tells of what the system refused in words, and of mistakes of ours with their stack', () => {
    const { logger, text } = captured({});
    const denied = Object.assign(new Error("EACCES: permission denied, mkdir '/x'"), { code: 'EACCES' });
    logger.warn({ err: denied }, 'no cache');
    expect(JSON.parse(text()).err).toEqual({ type: 'Error', code: 'EACCES', message: denied.message });
    logger.warn({ err: Object.assign(new Error('bad argument'), { code: 'ERR_INVALID_ARG_TYPE' }) }, 'odd');
    expect(JSON.parse(text()).err.stack).toContain('logger.test');
  });

  it('says of each record which process on which machine it is of, but not to people', () => {
    const json = captured({});
    json.logger.info('one');
    expect(JSON.parse(json.text())).toMatchObject({ pid: process.pid, hostname: hostname() });
    const pretty = captured({ format: 'pretty' });
    pretty.logger.info('one');
    expect(pretty.text()).not.toContain(String(process.pid));
  });

  it('colours when told to', () => {
    const { logger, text } = captured({ format: 'pretty', color: true });
    logger.info('listening');
    expect(text()).toContain('\u001b[');
  });
});

describe('the level', () => {
  it('may change for a logger and all that were made from it, but for those that write whatever it is', () => {
    const { logger, text } = captured({ level: 'warn' });
    const child = logger.child({ room: 'web' });
    const grandchild = child.child({ run: 'a' });
    const access = new AccessLog(child, () => 'on');
    setLogLevel(logger, 'debug');
    for (const one of [logger, child, grandchild, logger.child({})]) one.debug('heard');
    setLogLevel(logger, 'error');
    for (const one of [logger, child, grandchild, logger.child({})]) one.warn('not heard');
    access.answered({ path: '/x' });
    const messages = text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg);
    expect(messages).toEqual(['heard', 'heard', 'heard', 'heard', 'answered']);
  });
});

describe('the access log', () => {
  it.each([
    ['auto', 'debug', 20],
    ['auto', 'info', null],
    ['on', 'debug', 30],
    ['on', 'silent', 30],
    ['off', 'debug', null],
  ] as const)('%s in a log at %s writes at %s', (mode, level, expected) => {
    const { logger, text } = captured({ level });
    const log = new AccessLog(logger, () => mode);
    expect(log.isWanted).toBe(expected !== null);
    log.answered({ path: '/x' });
    const line = text();
    expect(line === '' ? null : JSON.parse(line).level).toBe(expected);
  });

  it('is asked about for each request', () => {
    let mode: AccessLogMode = 'off';
    const { logger, text } = captured({});
    const log = new AccessLog(logger, () => mode);
    log.answered({ path: '/before' });
    mode = 'on';
    log.answered({ path: '/after' });
    expect(JSON.parse(text()).path).toBe('/after');
  });
});

describe('silentLogger', () => {
  it('has every level switched off', () => {
    expect(silentLogger().isLevelEnabled('fatal')).toBe(false);
  });
});
