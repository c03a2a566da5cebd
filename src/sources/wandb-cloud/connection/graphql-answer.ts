/** Answers to GraphQL requests: what they hold, and what their errors mean. @module */

import { LogdirError } from '../../../core/index.ts';
import type { Operation } from '../graphql/index.ts';
import { keyAdvice } from './api-key.ts';
import { RequestFailure } from './request-failure.ts';

/** One of GraphQL's `errors`, as far as it is used. */
export interface GraphqlError {
  readonly message: string;
  /**
   * The document itself was refused before anything was executed. GraphQL tells it by where in the document the error
   * is, and by no path of a field in the answer (GraphQL, October 2021, 7.1.2).
   */
  readonly isRefusal: boolean;
}

export interface GraphqlAnswer {
  readonly status: number;
  /** Undefined where there is none. */
  readonly data: unknown;
  readonly errors: readonly GraphqlError[];
}

/** Wordings of validation errors, for servers that say neither where they are nor of which kind. */
const VALIDATION =
  /^(syntax error|cannot query field|unknown (argument|field|type|fragment|directive)|variable "?'?\$\w+'?"? (is never used|is not defined|of type|got invalid)|field .* must not have a selection|expected (type|value of type))/i;
const VALIDATION_CODES: readonly unknown[] = [
  'GRAPHQL_VALIDATION_FAILED',
  'GRAPHQL_PARSE_FAILED',
  'BAD_USER_INPUT',
];

/** @throws RequestFailure when the answer is no JSON object: a login page, a proxy's, or one cut short. */
export function parseAnswer(text: string, status: number, operation: string, baseUrl: string): GraphqlAnswer {
  const unavailable = (reason: string) =>
    new RequestFailure(new LogdirError('unavailable', `${operation}: ${baseUrl} ${reason}`), {
      mayRetry: true,
    });
  if (/^\s*</.test(text)) {
    throw unavailable(
      `answered with a web page instead of data (HTTP ${status}): a proxy or a login page stands before it, or --base-url is wrong`,
    );
  }
  const body = parsedObject(text);
  if (body === null) throw unavailable('sent an answer that is not JSON, or that was cut short');
  return { status, data: body['data'] ?? undefined, errors: errorsOf(body) };
}

/** The data of an answer. @throws RequestFailure for anything but data of the expected form. */
export function dataOf<Answer>(
  { status, data, errors }: GraphqlAnswer,
  { answer }: Operation<never, Answer>,
  baseUrl: string,
): Answer {
  const parsed = answer.safeParse(data);
  if (parsed.success) return parsed.data;
  const [error] = errors;
  if (error !== undefined && /permission|not authorized|unauthorized|forbidden/i.test(error.message)) {
    const text = `${baseUrl} answered: ${error.message}. ${keyAdvice(baseUrl)}`;
    throw new RequestFailure(new LogdirError('permission-denied', text), { mayRetry: false });
  }
  const [issue] = parsed.error.issues;
  const reason = error?.message ?? `unexpected ${issue?.path.join('.') || 'answer'}: ${issue?.message ?? ''}`;
  const failure = new LogdirError('unavailable', `${baseUrl} answered: ${reason}`);
  // The same document is refused the same way next time, and so is a request that is answered 400.
  const isRefusal = errors.some((one) => one.isRefusal);
  throw new RequestFailure(failure, { mayRetry: !isRefusal && status < 400, isRefusal });
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? (body as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** GraphQL's `errors`, and the simpler forms W&B uses. */
function errorsOf({ errors, error }: Readonly<Record<string, unknown>>): GraphqlError[] {
  if (Array.isArray(errors)) return errors.map(errorOf);
  return error === undefined || error === null ? [] : [errorOf(error)];
}

function errorOf(item: unknown): GraphqlError {
  if (typeof item === 'string') return { message: item, isRefusal: VALIDATION.test(item) };
  const { message, path, locations, extensions } = (item ?? {}) as Readonly<Record<string, unknown>>;
  const text = typeof message === 'string' ? message : JSON.stringify(item);
  const { code } = (extensions ?? {}) as Readonly<Record<string, unknown>>;
  const isLocated = Array.isArray(locations) && locations.length > 0 && !Array.isArray(path);
  return {
    message: text,
    isRefusal: isLocated || VALIDATION_CODES.includes(code) || VALIDATION.test(text),
  };
}
