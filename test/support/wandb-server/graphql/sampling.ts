/** Fewer rows than there are: some of each stretch, other ones on each call. @module */

/**
 * At most `count` items in their order, one from each of `count` equal stretches, picked at random: the real server's
 * samples differ from call to call. All of them when there are no more than `count`.
 */
export function sampleOf<T>(items: readonly T[], count: number, random: () => number): readonly T[] {
  if (items.length <= count) return items;
  const sampled: T[] = [];
  for (let stretch = 0; stretch < count; stretch++) {
    const start = Math.floor((stretch * items.length) / count);
    const end = Math.floor(((stretch + 1) * items.length) / count);
    sampled.push(items[start + Math.floor(random() * (end - start))]!);
  }
  return sampled;
}
