/** Text that stays text: without halves of surrogate pairs, also where it is cut. Pure. @module */

/** Halves of pairs become U+FFFD, as encoding makes of them. Python refuses messages of protobuf with others. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** At most `maxCharacters` UTF-16 units, the last of which is an ellipsis where text is missing. No pair is split. */
export function cutText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const kept = text.slice(0, maxCharacters - 1);
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}…`;
}
