/** The doors of the API: which one a request is for, and what it answers. @module */

import type { Context } from '../graphql/context.ts';
import { type GraphqlRequest, operationOf, runsOf } from '../graphql/document.ts';
import type { GraphqlEngine } from '../graphql/engine.ts';
import { parseLenientObject } from '../rows/lenient-json.ts';
import type { Run } from '../store/run.ts';
import { unauthorized } from './authentication.ts';
import { acceptFileStream, type FileStreamBody } from './file-stream.ts';
import { rangeReply } from './range-reply.ts';
import { jsonReply, type Reply } from './reply.ts';
import { type Aim, type Door, NO_AIM, type RequestFacts } from './request-facts.ts';

const FILES = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/(.+)$/;
const decoder = new TextDecoder();

/** The door and the runs of a request to the API. */
export function aimOf(engine: GraphqlEngine, path: string, body: Uint8Array): Aim {
  if (path === '/graphql') return graphqlAim(engine, body);
  const place = filePlace(path);
  if (place === null) return { ...NO_AIM, door: 'other' };
  const isStream = place.file === 'file_stream';
  const door: Door = isStream ? 'file-stream' : 'files';
  return { ...NO_AIM, door, runs: [place.run], file: isStream ? null : place.file };
}

function graphqlAim(engine: GraphqlEngine, body: Uint8Array): Aim {
  const request = readGraphql(body);
  if (request === null) return { ...NO_AIM, door: 'graphql' };
  const read = engine.read(request.query);
  const operation = operationOf(read, request.operationName);
  const runs = runsOf(read, request.variables);
  return { door: 'graphql', operation, fields: read.fields, variables: request.variables, runs, file: null };
}

/** Null when the body is not what the API takes. */
export function readGraphql(body: Uint8Array): GraphqlRequest | null {
  try {
    const { query, variables, operationName } = JSON.parse(decoder.decode(body)) as Partial<GraphqlRequest>;
    if (typeof query !== 'string') return null;
    return { query, variables: variables ?? {}, operationName: operationName || null };
  } catch {
    return null;
  }
}

export async function answerGraphql(
  engine: GraphqlEngine,
  body: Uint8Array,
  context: Context,
): Promise<Reply> {
  const request = readGraphql(body);
  if (request === null) return jsonReply(400, { errors: [{ message: 'could not decode the request' }] });
  return await engine.answer(request, context);
}

export function answerFileStream(path: string, body: Uint8Array, context: Context): Reply {
  const run = runAt(path, context);
  if (context.viewer === null) return unauthorized();
  if (run === undefined || !run.project.mayWrite(context.viewer)) return notFound(path);
  const posted = parseLenientObject(decoder.decode(body)) as unknown as FileStreamBody;
  return jsonReply(200, acceptFileStream(run, posted));
}

/** `GET /files/ENTITY/PROJECT/RUN/NAME`: a file for whoever may read the project. */
export function answerFiles(path: string, { method, headers }: RequestFacts, context: Context): Reply {
  const run = runAt(path, context);
  const file = run?.files.get(filePlace(path)?.file ?? '');
  if (file === undefined || !run?.project.mayRead(context.viewer)) return notFound(path);
  return rangeReply(file, method, headers['range']);
}

export function notFound(path: string): Reply {
  return jsonReply(404, { error: `${path} not found` });
}

interface FilePlace {
  readonly entity: string;
  readonly project: string;
  readonly run: string;
  readonly file: string;
}

function filePlace(path: string): FilePlace | null {
  const [, entity = '', project = '', run = '', file = ''] = FILES.exec(path)?.map(decodeURIComponent) ?? [];
  return file === '' ? null : { entity, project, run, file };
}

function runAt(path: string, { store }: Context): Run | undefined {
  const place = filePlace(path);
  if (place === null) return undefined;
  return store.findProject(place.entity, place.project)?.runs.get(place.run);
}
