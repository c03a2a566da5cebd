/** Starting the HTTP server for a command: listening, proving that it answers, and the port file. @module */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { get as getByTls } from 'node:https';
import type { App, Listening, ListenOptions } from '../../app/index.ts';
import { LogdirError } from '../../core/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { writePortFile } from '../port-file.ts';
import type { Session } from '../session.ts';

const ANSWER_TIMEOUT_MS = 5000;

/** Listens, asks the server a real question, then writes the port file; disposing undoes all of it. */
export async function startServer(
  session: Session,
  app: App,
  place: Omit<ListenOptions, 'signal'>,
): Promise<Listening> {
  const { portFile } = session.loaded.settings;
  const { signal } = session.interruption;
  const server = await orPortFailure(app.listen({ ...place, signal }));
  try {
    await requireAnswer(server);
    const written = portFile === null ? null : await writePortFile(portFile, server.port);
    return {
      ...server,
      [Symbol.asyncDispose]: async () => {
        await written?.[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** A port that is taken or not allowed has an exit code of its own; scripts try another. @throws CommandFailure `portInUse` */
export async function orPortFailure<T>(listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    const isPort = error instanceof LogdirError && ['unavailable', 'permission-denied'].includes(error.code);
    throw isPort ? new CommandFailure(EXIT.portInUse, error.message, { cause: error }) : error;
  }
}

/**
 * By an agent of its own: the global one and `fetch` ask a proxy where NODE_USE_ENV_PROXY is set. The certificate need not
 * have the name by which this machine asks.
 */
async function requireAnswer({ url }: Listening): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const options = { agent: false, rejectUnauthorized: false, signal };
  const ask = url.startsWith('https:') ? getByTls : get;
  const [response] = (await once(ask(`${url}/healthz`, options), 'response')) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 200)
    throw new Error(`the server answered ${response.statusCode} to GET /healthz`);
}
