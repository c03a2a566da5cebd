/**
 * Patterns of keys, in which `*` is any characters, slashes among them, and everything else is itself. Each `*` takes as little as
 * it can from the left, so that a match takes time in the length of a key however it is written. Pure.
 * @module
 */

export interface KeyPattern {
  /** What its stars stand for in a key; null where the key does not match as a whole. */
  match(key: string): readonly string[] | null;
}

export function keyPattern(text: string): KeyPattern {
  const [first = '', ...rest] = text.split('*');
  const last = rest.pop();
  return {
    match: (key) => {
      if (last === undefined) return key === first ? [] : null;
      if (!key.startsWith(first)) return null;
      const stars: string[] = [];
      let at = first.length;
      for (const part of rest) {
        const found = key.indexOf(part, at);
        if (found < 0) return null;
        stars.push(key.slice(at, found));
        at = found + part.length;
      }
      const end = key.length - last.length;
      if (end < at || !key.endsWith(last)) return null;
      return [...stars, key.slice(at, end)];
    },
  };
}

/** A name in which stars stand for what those of a pattern stood for, one after the other; further ones for nothing. */
export function nameFrom(template: string, stars: readonly string[]): string {
  let next = 0;
  return template.replaceAll('*', () => stars[next++] ?? '');
}

export function starCount(text: string): number {
  return text.split('*').length - 1;
}
