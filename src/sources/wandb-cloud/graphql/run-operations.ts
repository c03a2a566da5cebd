/** What is asked about the contents of one run. @module */

import * as z from 'zod';
import { anyMembers, fileNode, jsonText, projectOf, RUN_FIELDS, runNode } from './answer-schemas.ts';
import { defineOperation, either, group, optional, type Selection } from './operation.ts';

/** Variables by which every operation here names its run. */
export const RUN_VARIABLES = { entity: 'String!', project: 'String!', run: 'String!' } as const;

/** Fields of the run that the variables name. */
export function ofRun(...selection: readonly Selection[]): Selection {
  return group('project(name: $project, entityName: $entity)', group('run(name: $run)', ...selection));
}

/** A key may have any name, also those of what every object has: members are left as they are. */
const members = z.custom<object>((value) => typeof value === 'object' && !Array.isArray(value));

const keysDocument = z.object({ keys: members.nullish(), lastStep: z.number().nullish() });

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
export type ArtifactFiles = z.output<typeof artifactFiles>;

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

const runDetailAnswer = projectOf(
  z.object({ run: runDetail.nullish(), historyArtifact: artifactFiles, eventsArtifact: artifactFiles }),
);

const DETAIL_VARIABLES = { ...RUN_VARIABLES, history: 'String!', events: 'String!' } as const;

const METADATA_FILE = 'files(names: ["wandb-metadata.json"], first: 1) { edges { node { name directUrl } } }';

/** Files of the newest version of an artifact, with the time it was made. */
function latestFiles(field: string): Selection {
  const membership = group(
    'artifactMembership(aliasName: "latest")',
    optional('ArtifactCollectionMembership.artifact', 'artifact { createdAt }'),
    optional(
      'ArtifactCollectionMembership.files',
      'files(first: 100) { edges { node { name: displayName directUrl } } }',
    ),
  );
  return optional(
    'Project.artifactCollection',
    group(field, optional('ArtifactCollection.artifactMembership', membership)),
  );
}

function detailSelection(...more: readonly Selection[]): Selection {
  return group(
    'project(name: $project, entityName: $entity)',
    group(
      'run(name: $run)',
      RUN_FIELDS,
      'notes config summaryMetrics',
      optional('Run.host'),
      optional('Run.commit'),
      either('Run.historyKeys', 'historyKeys', optional('Run.historyTail')),
      optional('Run.parquetHistory', 'parquetHistory(liveKeys: ["_step"]) { parquetUrls }'),
      optional('Run.files', METADATA_FILE),
      ...more,
    ),
    latestFiles('historyArtifact: artifactCollection(name: $history)'),
    latestFiles('eventsArtifact: artifactCollection(name: $events)'),
  );
}

/** Everything about a run but its rows, and where exported rows lie: one request. */
export const RUN_DETAIL = defineOperation({
  name: 'RunDetail',
  variables: DETAIL_VARIABLES,
  selection: [detailSelection()],
  answer: runDetailAnswer,
  failure: 'run',
});

/** The same with samples of the machine; a server that can't make both at once is asked without them. */
export const RUN_DETAIL_AND_SAMPLES = defineOperation({
  name: 'RunDetail',
  variables: { ...DETAIL_VARIABLES, samples: 'Int!' },
  selection: [detailSelection('events(samples: $samples)')],
  answer: runDetailAnswer,
  failure: 'nothing',
});

/** Keys of a run, and its last rows for where the server cannot give them. */
export const RUN_KEYS = defineOperation({
  name: 'RunKeys',
  variables: RUN_VARIABLES,
  selection: [ofRun('id', optional('Run.historyKeys'), optional('Run.historyTail'))],
  answer: projectOf(z.object({ run: z.object({ historyKeys, historyTail }).nullish() })),
  failure: 'run',
});

const PAGE_RANGE = 'minStep: $minStep, maxStep: $maxStep, samples: $samples';

/** Rows of a range of steps; `maxStep` is exclusive. Rows are sampled where there are more than `samples`. */
export const HISTORY_PAGE = defineOperation({
  name: 'HistoryPage',
  variables: { ...RUN_VARIABLES, minStep: 'Int64!', maxStep: 'Int64!', samples: 'Int!', maxKeys: 'Int!' },
  selection: [
    ofRun(
      either(
        'Run.history.maxKeyLimit',
        `history(${PAGE_RANGE}, maxKeyLimit: $maxKeys)`,
        `history(${PAGE_RANGE})`,
      ),
    ),
  ],
  answer: projectOf(z.object({ run: z.object({ history: z.array(z.string()) }).nullish() })),
  failure: 'run',
});

/** Rows that have the keys of a specification, for each of them. */
export const SAMPLED_HISTORY = defineOperation({
  name: 'SampledHistory',
  variables: { ...RUN_VARIABLES, specs: '[JSONString!]!' },
  selection: [ofRun('sampledHistory(specs: $specs)')],
  answer: projectOf(z.object({ run: z.object({ sampledHistory: z.array(z.array(anyMembers)) }).nullish() })),
  failure: 'run',
});

/** Samples of the machine that a run was on. */
export const EVENTS = defineOperation({
  name: 'Events',
  variables: { ...RUN_VARIABLES, samples: 'Int!' },
  selection: [ofRun('events(samples: $samples)')],
  answer: projectOf(z.object({ run: z.object({ events: z.array(z.string()).nullish() }).nullish() })),
  failure: 'run',
});
