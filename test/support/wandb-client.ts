/** Asks a W&B server, real or double, over HTTP. @module */

import type { WandbServer } from './wandb-server/index.ts';

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when the body is no JSON. */
  readonly data: unknown;
  readonly errors: readonly { readonly message: string }[] | undefined;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Default: the server's own user's; null asks without one. */
  readonly key?: string | null;
  readonly scheme?: 'Basic' | 'Bearer';
}

export async function askGraphql(
  server: WandbServer,
  query: string,
  { variables = {}, key = server.apiKey, scheme = 'Basic' }: AskOptions = {},
): Promise<GraphqlAnswer> {
  const credentials = scheme === 'Basic' ? Buffer.from(`api:${key}`).toString('base64') : key;
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(key === null ? {} : { Authorization: `${scheme} ${credentials}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors } = parsed(text);
  return { status: response.status, headers: response.headers, text, data, errors };
}

function parsed(text: string): Partial<Pick<GraphqlAnswer, 'data' | 'errors'>> {
  try {
    return JSON.parse(text) as Pick<GraphqlAnswer, 'data' | 'errors'>;
  } catch {
    return {};
  }
}

/** Fields of `project.run`, for the run at `entity/project/run`. @throws Error for anything but an answer with data. */
export async function askRun<T>(
  server: WandbServer,
  path: string,
  fields: string,
  options: AskOptions = {},
): Promise<T> {
  const [entity = '', project = '', run = ''] = path.split('/');
  const declared = Object.keys(options.variables ?? {}).includes('specs') ? '($specs: [JSONString!]!)' : '';
  const name = JSON.stringify(run);
  const query = `query AskRun${declared} {
    project(name: ${JSON.stringify(project)}, entityName: ${JSON.stringify(entity)}) { run(name: ${name}) { ${fields} } }
  }`;
  const answer = await askGraphql(server, query, options);
  if (answer.status !== 200 || answer.errors !== undefined)
    throw new Error(`HTTP ${answer.status}: ${answer.text}`);
  return (answer.data as { project: { run: T } }).project.run;
}
