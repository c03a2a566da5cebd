/** What a server turned out to lack: fields and arguments that came with later versions of its schema. @module */

/** Parts of our documents that a server may lack: `Type.field`, or `Type.field.argument`. */
export const OPTIONAL_PARTS = [
  'Project.runCount',
  'Project.artifactCollection',
  'Run.historyLineCount',
  'Run.eventsLineCount',
  'Run.updatedAt',
  'Run.user',
  'Run.config.keys',
  'Run.summaryMetrics.keys',
  'Run.sweepName',
  'Run.jobType',
  'Run.host',
  'Run.commit',
  'Run.historyKeys',
  'Run.historyTail',
  'Run.history.maxKeyLimit',
  'Run.parquetHistory',
  'Run.files',
  'Run.logLines',
  'Run.logLines.useImprovedPagination',
  'ArtifactCollection.artifactMembership',
  'ArtifactCollectionMembership.artifact',
  'ArtifactCollectionMembership.files',
] as const;

export type OptionalPart = (typeof OPTIONAL_PARTS)[number];

/**
 * GraphQL servers quote what they do not know: `Cannot query field "x" on type "Run"`, `Unknown argument "y" on field
 * "Run.x"`, or `... on field "x" of type "Run"` before graphql-js 15.
 */
const UNKNOWN = /(cannot query field|unknown (?:argument|field))\W+(\w+)\W*(.*)/is;

/** One for each server, shared by all who ask it. */
export class ServerFeatures {
  readonly #lacking: Set<OptionalPart>;

  constructor(lacking: Iterable<OptionalPart> = []) {
    this.#lacking = new Set(lacking);
  }

  has(part: OptionalPart): boolean {
    return !this.#lacking.has(part);
  }

  /** Takes note of the parts that complaints name: documents are rendered without them from now on. */
  learnFrom(complaints: readonly string[]): void {
    for (const complaint of complaints) for (const part of partsNamedBy(complaint)) this.#lacking.add(part);
  }
}

/**
 * The parts that a complaint is about. Of several with one name, those on the type or field it names; all of them if it
 * names none that we know, as a server may call its types otherwise than W&B's cloud.
 */
function partsNamedBy(complaint: string): readonly OptionalPart[] {
  const [, kind = '', name, rest = ''] = UNKNOWN.exec(complaint) ?? [];
  const depth = /argument/i.test(kind) ? 3 : 2;
  const named = OPTIONAL_PARTS.filter((part) => {
    const path = part.split('.');
    return path.length === depth && path.at(-1) === name;
  });
  const words = new Set(rest.match(/\w+/g));
  const exact = named.filter((part) =>
    part
      .split('.')
      .slice(0, -1)
      .every((word) => words.has(word)),
  );
  return exact.length > 0 ? exact : named;
}
