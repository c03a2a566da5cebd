/** What a server turned out not to know: fields and arguments of GraphQL that came with later versions. @module */

/** Parts of our documents that a server may lack, by the name it complains of. */
const OPTIONAL = [
  'parquetHistory',
  'historyLineCount',
  'eventsLineCount',
  'updatedAt',
  'historyKeys',
  'historyTail',
  'maxKeyLimit',
  'artifactCollection',
  'artifactMembership',
  'artifact',
  'runCount',
  'host',
  'commit',
  'sweepName',
  'jobType',
  'useImprovedPagination',
  'logLines',
  'files',
] as const;

export type ServerFeature = (typeof OPTIONAL)[number];

/** GraphQL servers name what they do not know in quotes: `Cannot query field "x" on type "Run"`, `Unknown argument "y"`. */
const UNKNOWN = /(?:cannot query field|unknown (?:argument|field))\W+(\w+)/i;

export class ServerFeatures {
  readonly #missing = new Set<string>();

  has(feature: ServerFeature): boolean {
    return !this.#missing.has(feature);
  }

  /** `text` if the server knows the feature, else nothing: for building documents. */
  ifKnown(feature: ServerFeature, text: string): string {
    return this.has(feature) ? text : '';
  }

  /** Whether a complaint taught something new: the same question, asked without it, may be answered. */
  learnFrom(message: string): boolean {
    const name = UNKNOWN.exec(message)?.[1];
    if (name === undefined || !(OPTIONAL as readonly string[]).includes(name)) return false;
    const isNew = !this.#missing.has(name);
    this.#missing.add(name);
    return isNew;
  }
}
