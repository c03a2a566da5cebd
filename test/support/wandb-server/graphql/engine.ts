/** Executes GraphQL against our schema, and answers as the real server's HTTP door does. @module */

import { buildASTSchema, concatAST, type ExecutionResult, execute, type GraphQLError, parse } from 'graphql';
import { htmlReply, jsonReply, type Reply } from '../http/reply.ts';
import type { Behaviour } from '../options.ts';
import { ARTIFACT_MUTATIONS } from './artifact-mutations.ts';
import { ARTIFACT_RESOLVERS, ARTIFACT_TYPES } from './artifact-resolvers.ts';
import type { Context } from './context.ts';
import { DocumentReader, type GraphqlRequest, operationOf, type ReadDocument } from './document.ts';
import { FILE_RESOLVERS } from './file-resolvers.ts';
import { without } from './older-schema.ts';
import { QUERY_RESOLVERS } from './query-resolvers.ts';
import { attachResolvers, attachScalars, attachTypes } from './resolver-map.ts';
import { RUN_MUTATIONS } from './run-mutations.ts';
import { RUN_RESOLVERS } from './run-resolvers.ts';
import { ARTIFACT_SDL } from './sdl-artifact.ts';
import { MUTATION_SDL } from './sdl-mutation.ts';
import { QUERY_SDL } from './sdl-query.ts';

const RESOLVERS = [
  QUERY_RESOLVERS,
  RUN_RESOLVERS,
  FILE_RESOLVERS,
  ARTIFACT_RESOLVERS,
  RUN_MUTATIONS,
  ARTIFACT_MUTATIONS,
];

export class GraphqlEngine {
  readonly #schema;
  readonly #documents: DocumentReader;
  readonly #validationStatus: number;

  /** @throws RangeError when `missing` names what the schema never had. */
  constructor({ missing, validationStatus }: Pick<Behaviour, 'missing' | 'validationStatus'>) {
    const document = concatAST([QUERY_SDL, ARTIFACT_SDL, MUTATION_SDL].map((text) => parse(text)));
    this.#schema = buildASTSchema(without(document, missing));
    for (const map of RESOLVERS) attachResolvers(this.#schema, map);
    attachTypes(this.#schema, ARTIFACT_TYPES);
    attachScalars(this.#schema);
    this.#documents = new DocumentReader(this.#schema);
    this.#validationStatus = validationStatus;
  }

  read(query: string): ReadDocument {
    return this.#documents.read(query);
  }

  async answer(request: GraphqlRequest, context: Context): Promise<Reply> {
    const read = this.read(request.query);
    if (read.document === null || read.errors.length > 0) return this.#invalid(read.errors);
    const result = await execute({
      schema: this.#schema,
      document: read.document,
      contextValue: context,
      variableValues: request.variables,
      operationName: operationOf(read, request.operationName),
    });
    if (context.outcome.isPoisoned) return htmlReply(502);
    return jsonReply(statusOf(result, this.#validationStatus), result);
  }

  #invalid(errors: readonly GraphQLError[]): Reply {
    return jsonReply(this.#validationStatus, { errors, data: null });
  }
}

/** Without data the request failed: it was not allowed, or its variables did not fit the schema. */
function statusOf({ data, errors }: ExecutionResult, invalid: number): number {
  if (errors === undefined) return 200;
  if (data === undefined) return invalid;
  const denied = errors.some(({ extensions }) => extensions['code'] === 'PERMISSION_ERROR');
  return denied && Object.values(data ?? {}).every((value) => value === null) ? 403 : 200;
}
