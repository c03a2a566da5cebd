/** What a GraphQL document says before it is executed: its operation, its fields, the runs it names. @module */

import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  parse,
  type ValueNode,
  validate,
  visit,
} from 'graphql';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

export interface ReadDocument {
  /** Null when the text is no GraphQL. */
  readonly document: DocumentNode | null;
  readonly errors: readonly GraphQLError[];
  /** Every field it selects, aliases aside. */
  readonly fields: ReadonlySet<string>;
  /** Values that stand for the id of a run. */
  readonly runNames: readonly ValueNode[];
}

/** Fields whose argument `name` is a run's id, and input fields that are one. */
const RUN_FIELDS = new Set(['run', 'bucket']);
const MAX_DOCUMENTS = 500;

/** Reads documents against a schema; the same text is read once. */
export class DocumentReader {
  readonly #schema: GraphQLSchema;
  readonly #read = new Map<string, ReadDocument>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  read(text: string): ReadDocument {
    const found = this.#read.get(text) ?? this.#readNew(text);
    if (this.#read.size >= MAX_DOCUMENTS) this.#read.clear();
    this.#read.set(text, found);
    return found;
  }

  #readNew(text: string): ReadDocument {
    try {
      const document = parse(text);
      return { document, errors: validate(this.#schema, document), ...contents(document) };
    } catch (error) {
      return { document: null, errors: [error as GraphQLError], fields: new Set(), runNames: [] };
    }
  }
}

function contents(document: DocumentNode): Pick<ReadDocument, 'fields' | 'runNames'> {
  const fields = new Set<string>();
  const runNames: ValueNode[] = [];
  visit(document, {
    Field: (field) => {
      fields.add(field.name.value);
      if (!RUN_FIELDS.has(field.name.value)) return;
      const name = field.arguments?.find((argument) => argument.name.value === 'name');
      if (name !== undefined) runNames.push(name.value);
    },
    ObjectField: (field) => {
      if (field.name.value === 'runName') runNames.push(field.value);
    },
  });
  return { fields, runNames };
}

/** Name of the operation: as the client gives it, else as the document does. */
export function operationOf({ document }: ReadDocument, named: string | null): string | null {
  if (named) return named;
  if (document === null) return null;
  return getOperationAST(document)?.name?.value ?? null;
}

/** Ids of runs a request names, in literals or variables. */
export function runsOf({ runNames }: ReadDocument, variables: Readonly<Record<string, unknown>>): string[] {
  return runNames.flatMap((node) => {
    if (node.kind === Kind.STRING) return [node.value];
    const value = node.kind === Kind.VARIABLE ? variables[node.name.value] : undefined;
    return typeof value === 'string' ? [value] : [];
  });
}
