/**
 * GraphQL operations as values: one object owns what is asked, with which variables, which parts a server may lack, what
 * an answer must look like, and what a failure says. Text and declared variables are derived from the parts that a
 * server has, so that no document declares a variable it does not use, nor selects an empty set: both are validation
 * errors (GraphQL, October 2021, 5.8.4 and 5.3.3). @module
 */

import type * as z from 'zod';
import type { OptionalPart, ServerFeatures } from './server-features.ts';

/** Fields of a selection set: GraphQL as text, or text that depends on what a server has. '' selects nothing. */
export type Selection = string | ((features: ServerFeatures) => string);

/** TypeScript's types of the variable types that operations use. */
interface VariableTypes {
  readonly 'String!': string;
  readonly String: string | null;
  readonly '[String]': readonly string[] | null;
  readonly 'Int!': number;
  readonly 'Int64!': number;
  readonly 'JSONString!': string;
  readonly '[JSONString!]!': readonly string[];
  readonly '[String!]!': readonly string[];
}

type Declarations = Readonly<Record<string, keyof VariableTypes>>;
type ValuesOf<D extends Declarations> = { readonly [Name in keyof D]: VariableTypes[D[Name]] };

/**
 * What a failure tells apart from itself. `server`: it counts as a sign of an outage. `run`: likewise, once it met
 * several runs, as there are runs that a server cannot read. `nothing`: less will be asked for; the failure is neither
 * retried nor counted.
 */
export type FailureMeaning = 'server' | 'run' | 'nothing';

export interface OperationOptions<D extends Declarations, Answer> {
  /** Of the operation in the document, and in metrics. */
  readonly name: string;
  /** Every variable that some server may be sent, with its GraphQL type. */
  readonly variables: D;
  readonly selection: readonly Selection[];
  /** Checks `data` of an answer. */
  readonly answer: z.ZodType<Answer>;
  /** Attempts after the first, where the retry policy has more. */
  readonly maxRetries?: number;
  /** Default `server`. */
  readonly failure?: FailureMeaning;
}

/** A document for one server, with the variables it declares. */
export interface RenderedOperation {
  readonly document: string;
  readonly variables: readonly string[];
}

export interface Operation<Variables, Answer> {
  readonly name: string;
  readonly answer: z.ZodType<Answer>;
  readonly maxRetries: number;
  readonly failure: FailureMeaning;
  render(features: ServerFeatures): RenderedOperation;
  /** The document, and the body of a request that sends it: without values of variables that it does not declare. */
  request(
    features: ServerFeatures,
    variables: Variables,
  ): { readonly document: string; readonly body: string };
}

export function defineOperation<const D extends Declarations, Answer>(
  options: OperationOptions<D, Answer>,
): Operation<ValuesOf<D>, Answer> {
  const { name, selection, answer, maxRetries = Number.POSITIVE_INFINITY, failure = 'server' } = options;
  const render = (features: ServerFeatures): RenderedOperation => {
    const set = group('', ...selection)(features);
    const used = new Set(Array.from(set.matchAll(/\$(\w+)/g), ([, variable]) => variable));
    const declared = Object.entries(options.variables).filter(([variable]) => used.has(variable));
    const list = declared.map(([variable, type]) => `$${variable}: ${type}`).join(', ');
    return {
      document: `query ${name}${list === '' ? '' : `(${list})`}${set}`,
      variables: declared.map(([variable]) => variable),
    };
  };
  const request = (features: ServerFeatures, values: ValuesOf<D>) => {
    const { document, variables } = render(features);
    const sent = Object.fromEntries(variables.map((variable) => [variable, values[variable]]));
    return { document, body: JSON.stringify({ query: document, variables: sent, operationName: name }) };
  };
  return { name, answer, maxRetries, failure, render, request };
}

/** Several parts of a selection set. */
export function fields(...selection: readonly Selection[]) {
  return (features: ServerFeatures): string =>
    selection
      .map((part) => (typeof part === 'string' ? part : part(features)))
      .filter((text) => text !== '')
      .join(' ');
}

/** A field with a selection set: `run(name: $run)`. Without anything in the set, the field is left out too. */
export function group(field: string, ...selection: readonly Selection[]) {
  return (features: ServerFeatures): string => {
    const set = fields(...selection)(features);
    return set === '' ? '' : `${field} { ${set} }`;
  };
}

/** One selection for servers that have a part, another for those that do not. */
export function either(part: OptionalPart, known: Selection, unknown: Selection) {
  return (features: ServerFeatures): string => fields(features.has(part) ? known : unknown)(features);
}

/** A part that a server may lack. The selection is the field itself unless it is given. */
export function optional(part: OptionalPart, selection: Selection = part.slice(part.lastIndexOf('.') + 1)) {
  return either(part, selection, '');
}
