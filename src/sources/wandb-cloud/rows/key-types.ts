/** What a server's `historyKeys` tells of the keys of a run: which types each held, and the last step. @module */

/** Decides what an ambiguous value of a key is. */
export interface KeyTypes {
  /** Whether the key ever held a number or a boolean: then the words NaN and Infinity are numbers too. */
  isNumeric(key: string): boolean;
}

/** The whole document. */
export interface HistoryKeys extends KeyTypes {
  /** Largest `_step`; -1 when there is no history. */
  readonly lastStep: number;
  /** Every key, in the order of the document. */
  keys(): readonly string[];
  /** How often a key held values of each type (`number`, `string`, `histogram` …); empty for an unknown key. */
  counts(key: string): ReadonlyMap<string, number>;
  /** The newest number of a key; null when it holds none or the server does not say. */
  newest(key: string): number | null;
}

/** Stands in `previousValue` for a value that is no number: the lowest double there is. */
const NO_NUMBER = -Number.MAX_VALUE;
const NO_COUNTS: ReadonlyMap<string, number> = new Map();

/**
 * Reads `historyKeys`: an object, or one as JSON text, as older servers answer. What is missing or malformed counts as
 * absent: `lastStep` may be null, `keys` lacking.
 */
export function keyTypesOf(historyKeys: unknown): HistoryKeys {
  const document = membersOf(typeof historyKeys === 'string' ? parsed(historyKeys) : historyKeys);
  const byKey = new Map<string, ReadonlyMap<string, number>>();
  const newest = new Map<string, number>();
  for (const [key, facts] of Object.entries(membersOf(document['keys']))) {
    byKey.set(key, typeCounts(facts));
    const value = membersOf(facts)['previousValue'];
    if (typeof value === 'number' && value !== NO_NUMBER) newest.set(key, value);
  }
  const { lastStep } = document;
  return {
    lastStep: typeof lastStep === 'number' && Number.isFinite(lastStep) ? Math.trunc(lastStep) : -1,
    keys: () => [...byKey.keys()],
    counts: (key) => byKey.get(key) ?? NO_COUNTS,
    newest: (key) => newest.get(key) ?? null,
    isNumeric: (key) => holdsNumbers(byKey.get(key) ?? NO_COUNTS),
  };
}

function holdsNumbers(counts: ReadonlyMap<string, number>): boolean {
  return counts.has('number') || counts.has('bool');
}

/** `{"typeCounts": [{"type": "number", "count": 3}]}`; a type without a count was seen, nobody says how often. */
function typeCounts(facts: unknown): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const listed = membersOf(facts)['typeCounts'];
  for (const entry of Array.isArray(listed) ? listed : []) {
    const { type, count } = membersOf(entry);
    if (typeof type !== 'string') continue;
    counts.set(type, (counts.get(type) ?? 0) + (typeof count === 'number' ? count : 0));
  }
  return counts;
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
