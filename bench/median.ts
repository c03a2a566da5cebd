/** Middles of measured rounds. @module */

/** NaN for no values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * Medians of several subjects measured in turn, round after round, so that whatever else the machine does in
 * between falls on all of them alike.
 */
export async function interleaved<Subject>(
  rounds: number,
  subjects: readonly Subject[],
  measure: (subject: Subject) => number | Promise<number>,
): Promise<number[]> {
  const figures = subjects.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) figures[i]!.push(await measure(subject));
  }
  return figures.map(median);
}
