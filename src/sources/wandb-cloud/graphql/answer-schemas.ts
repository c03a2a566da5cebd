/** Forms that answers of W&B have in common: checked at the wire, so that nothing behind it meets a surprise. @module */

import * as z from 'zod';
import { isMembers } from '../../../wandb-json/index.ts';
import { fields, optional, type Selection } from './operation.ts';

/** An object with any members, as it is: zod would leave out one that is called `__proto__`. */
export const anyMembers = z.custom<Readonly<Record<string, unknown>>>(isMembers);

/** A scalar that comes as JSON text from most servers and as an object from some; here always text. */
export const jsonText = z
  .union([z.string(), anyMembers])
  .transform((value) => (typeof value === 'string' ? value : JSON.stringify(value)));

/** A count may come as text: GraphQL's Int has 32 bits, and W&B's Int64 is a string in some versions. */
export const count = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);

const pageInfo = z.object({ endCursor: z.string().nullish(), hasNextPage: z.boolean() });

/** A page of a list. */
export function connectionOf<Node extends z.ZodType>(node: Node) {
  return z.object({ edges: z.array(z.object({ node })), pageInfo });
}

/** `data` of everything that is asked about a project. */
export function projectOf<Project extends z.ZodType>(project: Project) {
  return z.object({ project: project.nullish() });
}

/** The fields of `runNode`. The SDK asks for the same ones. */
export const RUN_FIELDS: Selection = fields(
  'id name displayName state createdAt heartbeatAt group tags',
  optional('Run.jobType'),
  optional('Run.user', 'user { username }'),
  optional('Run.sweepName'),
  optional('Run.updatedAt'),
  optional('Run.historyLineCount'),
  optional('Run.eventsLineCount'),
);

/** The cheap fields of a run. `name` is the run id, `id` a storage id that changes when a run is replaced. */
export const runNode = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string().nullish(),
  state: z.string().nullish(),
  createdAt: z.string().nullish(),
  heartbeatAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  historyLineCount: count.nullish(),
  eventsLineCount: count.nullish(),
  group: z.string().nullish(),
  jobType: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  sweepName: z.string().nullish(),
  user: z.object({ username: z.string().nullish() }).nullish(),
});
export type RunNode = z.output<typeof runNode>;

export const fileNode = z.object({
  name: z.string(),
  directUrl: z.string().nullish(),
  url: z.string().nullish(),
  sizeBytes: count.nullish(),
  updatedAt: z.string().nullish(),
});
export type FileNode = z.output<typeof fileNode>;

/** Where a list goes on; null at its end. */
export function nextCursor(
  list: { readonly pageInfo: z.output<typeof pageInfo> } | null | undefined,
): string | null {
  return list?.pageInfo.hasNextPage ? (list.pageInfo.endCursor ?? null) : null;
}

/** Unix milliseconds of a time as W&B writes it; without a zone it is UTC. Null for none, or nonsense. */
export function timeMs(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : ms;
}
