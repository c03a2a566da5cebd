/** What W&B answers, as far as it is used: checked at the wire, so that nothing behind it meets a surprise. @module */

import { z } from 'zod';

/** A scalar that comes as JSON text from most servers and as an object from some; here always text. */
const jsonText = z
  .union([z.string(), z.looseObject({})])
  .transform((value) => (typeof value === 'string' ? value : JSON.stringify(value)));

/** A count may come as text: GraphQL's Int has 32 bits, and W&B's Int64 is a string in some versions. */
const count = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);

const pageInfo = z.object({ endCursor: z.string().nullish(), hasNextPage: z.boolean() });

function connection<T extends z.ZodType>(node: T) {
  return z.object({ edges: z.array(z.object({ node })), pageInfo });
}

export const viewerAnswer = z.object({
  viewer: z
    .object({
      entity: z.string().nullish(),
      username: z.string().nullish(),
      teams: z
        .object({ edges: z.array(z.object({ node: z.object({ name: z.string() }).nullish() })) })
        .nullish(),
    })
    .nullish(),
});

export const projectsAnswer = z.object({
  models: connection(z.object({ name: z.string(), createdAt: z.string().nullish() })).nullish(),
});

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
});
export type RunNode = z.output<typeof runNode>;

export const runsAnswer = z.object({
  project: z
    .object({
      runCount: count.nullish(),
      runs: connection(runNode).nullish(),
      review: connection(runNode).nullish(),
    })
    .nullish(),
});

export const runAnswer = z.object({ project: z.object({ run: runNode.nullish() }).nullish() });

const fileNode = z.object({
  name: z.string(),
  directUrl: z.string().nullish(),
  url: z.string().nullish(),
  sizeBytes: count.nullish(),
  updatedAt: z.string().nullish(),
});
export type FileNode = z.output<typeof fileNode>;

const artifactFiles = z
  .object({
    artifactMembership: z
      .object({
        artifact: z.object({ createdAt: z.string().nullish() }).nullish(),
        files: z
          .object({
            edges: z.array(
              z.object({ node: z.object({ name: z.string(), directUrl: z.string().nullish() }) }),
            ),
          })
          .nullish(),
      })
      .nullish(),
  })
  .nullish();

/** A key may have any name, also those of what every object has: members are left as they are. */
const members = z.custom<object>((value) => typeof value === 'object' && !Array.isArray(value));

const keysDocument = z.object({
  keys: members.nullish(),
  lastStep: z.number().nullish(),
});

/** JSON text of such a document. */
const keysText = z.string().refine((text) => {
  try {
    return keysDocument.nullable().safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}, 'not the text of an object');

/**
 * An object, or its text from some servers; none of a run without history. Anything else is refused, and asked for
 * again: taken for a run without keys, every NaN of it would be a text, for good.
 */
const historyKeys = z.union([keysDocument, keysText]).nullish();

/** JSON text of a list of JSON texts: the last rows. */
const historyTail = z.unknown().optional();

const runDetail = runNode.extend({
  notes: z.string().nullish(),
  host: z.string().nullish(),
  commit: z.string().nullish(),
  config: jsonText.nullish(),
  summaryMetrics: jsonText.nullish(),
  historyKeys,
  /** Asked for where there are no `historyKeys`. */
  historyTail,
  parquetHistory: z.object({ parquetUrls: z.array(z.string()).nullish() }).nullish(),
  files: z.object({ edges: z.array(z.object({ node: fileNode })) }).nullish(),
  /** Where they were asked for along with the rest. */
  events: z.array(z.string()).nullish(),
});
export type RunDetail = z.output<typeof runDetail>;

export const runDetailAnswer = z.object({
  project: z
    .object({ run: runDetail.nullish(), historyArtifact: artifactFiles, eventsArtifact: artifactFiles })
    .nullish(),
});
export type RunDetailAnswer = z.output<typeof runDetailAnswer>;

export const runKeysAnswer = z.object({
  project: z.object({ run: z.object({ historyKeys, historyTail }).nullish() }).nullish(),
});

export const historyAnswer = z.object({
  project: z.object({ run: z.object({ history: z.array(z.string()) }).nullish() }).nullish(),
});

export const sampledHistoryAnswer = z.object({
  project: z
    .object({ run: z.object({ sampledHistory: z.array(z.array(z.looseObject({}))) }).nullish() })
    .nullish(),
});

const manyRuns = <Node extends z.ZodType>(node: Node) =>
  z.object({
    project: z.object({ runs: z.object({ edges: z.array(z.object({ node })) }).nullish() }).nullish(),
  });

export const runPreviewsAnswer = manyRuns(
  z.object({ name: z.string(), config: jsonText.nullish(), historyKeys: z.unknown().optional() }),
);

export const runSamplesAnswer = manyRuns(
  z.object({ name: z.string(), sampledHistory: z.array(z.array(z.looseObject({}))) }),
);

export const eventsAnswer = z.object({
  project: z.object({ run: z.object({ events: z.array(z.string()).nullish() }).nullish() }).nullish(),
});

export const filesAnswer = z.object({
  project: z.object({ run: z.object({ files: connection(fileNode).nullish() }).nullish() }).nullish(),
});

export const consoleAnswer = z.object({
  project: z
    .object({
      run: z.object({ logLines: connection(z.object({ line: z.string() })).nullish() }).nullish(),
    })
    .nullish(),
});

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
