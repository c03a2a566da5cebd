/**
 * Patterns as shells have them, for names in which a slash is a character like others: `*` any characters, `?` one, `[a-z]`
 * one of some, `[!a-z]` one of the rest. In time that grows with pattern times text: patterns come from whoever asks. Pure.
 * @module
 */

type Token = 'any' | ((character: string) => boolean);

/** Whether a text matches as a whole. A bracket without its partner stands for itself. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const tokens = [...tokensOf(pattern)];
  return (text) => matches(tokens, [...text]);
}

function* tokensOf(pattern: string): Generator<Token> {
  for (const [part] of pattern.matchAll(/\*+|\?|\[!?\]?[^\]]*\]|./gsu)) {
    if (part.startsWith('*')) yield 'any';
    else if (part === '?') yield () => true;
    else if (part.length > 1 && part.startsWith('[')) yield setOf(part.slice(1, -1));
    else yield (character) => character === part;
  }
}

/** `a-z0-9_` or `!a-z`. */
function setOf(text: string): (character: string) => boolean {
  const isNegated = text.startsWith('!');
  const ranges = [...(isNegated ? text.slice(1) : text).matchAll(/(.)-(.)|(.)/gsu)].map(
    ([, first, last, only]) => [first ?? only ?? '', last ?? only ?? ''] as const,
  );
  return (character) => ranges.some(([first, last]) => first <= character && character <= last) !== isNegated;
}

/** Of several stars only the last one seen has to give way: what earlier ones took was enough. */
function matches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0;
  let star = -1;
  let starAt = 0;
  for (let at = 0; at < characters.length; ) {
    const wanted = tokens[token];
    if (wanted === 'any') {
      star = token++;
      starAt = at;
    } else if (wanted?.(characters[at]!) === true) {
      token++;
      at++;
    } else {
      if (star < 0) return false;
      token = star + 1;
      at = ++starAt;
    }
  }
  return tokens.slice(token).every((rest) => rest === 'any');
}
