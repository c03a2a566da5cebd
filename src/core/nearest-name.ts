/** The name that was probably meant by one that is not there: for "did you mean …?". @module */

/** Of a name of this many characters, one more may be wrong. */
const CHARACTERS_PER_MISTAKE = 3;
const MOST_MISTAKES = 3;

/**
 * The candidate with the fewest typing mistakes, capitals aside; one that begins with the name counts as well. Null where
 * nothing is near.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  const allowed = Math.min(MOST_MISTAKES, Math.max(1, Math.floor(wanted.length / CHARACTERS_PER_MISTAKE)));
  let best: string | null = null;
  let fewest = allowed + 1;
  for (const candidate of candidates) {
    if (candidate === '') continue;
    const mistakes = mistakesBetween(wanted, candidate.toLowerCase(), allowed);
    // A word of one or two letters has all its letters to lose.
    if (mistakes < fewest && mistakes < Math.max(wanted.length, candidate.length)) {
      best = candidate;
      fewest = mistakes;
    }
  }
  return best ?? beginningWith(wanted, candidates);
}

/** The only candidate that begins with what was typed so far. */
function beginningWith(wanted: string, candidates: Iterable<string>): string | null {
  if (wanted.length < 2) return null;
  const found = [...candidates].filter((candidate) => candidate.toLowerCase().startsWith(wanted));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/**
 * Letters to add, leave out, change or swap with their neighbour: the optimal string alignment distance. Stops counting
 * beyond `most`.
 */
function mistakesBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const changed = row[j - 1]! + (isSame ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? before[j - 2]! + 1 : changed;
      next.push(Math.min(changed, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
