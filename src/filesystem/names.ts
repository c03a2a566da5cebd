/** Names of directories and files: reversible, safe as one path component, never shared. @module */

/** What a file system takes as one component. */
const MAX_NAME_BYTES = 255;

/** `%` itself, the separator, and control characters; a leading `@` is kept for query directories. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const UNSAFE = /[%/\u0000-\u001f\u007f-\u009f]|^@|^\.{1,2}$/gu;

/**
 * A name as one path component: NFC, with what can't stand in one percent-encoded. Decoding percent signs gives
 * the name back. May be longer than a file system takes: see `fitName`.
 */
export function encodeName(name: string): string {
  // Through UTF-8 first: a lone surrogate has no bytes of its own.
  return Buffer.from(name, 'utf8')
    .toString('utf8')
    .normalize('NFC')
    .replace(UNSAFE, (part: string) => [...new TextEncoder().encode(part)].map(percent).join(''));
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A component of at most 255 bytes: too long a name is cut at a character and gets `suffix`, which keeps it apart. */
export function fitName(name: string, suffix: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const room = MAX_NAME_BYTES - Buffer.byteLength(suffix);
  let cut = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    cut += character;
  }
  // Half an escape would decode to something else.
  return cut.replace(/%[0-9A-F]?$/, '') + suffix;
}

/** What a run name template may ask for. */
export interface RunNameParts {
  readonly name: string;
  readonly id: string;
  readonly group: string;
  readonly jobType: string;
}

/** Fills `{name}`, `{id}`, `{group}`, `{jobType}`. */
export function fillTemplate(template: string, parts: RunNameParts): string {
  return template.replace(/\{(name|id|group|jobType)\}/g, (_, part: keyof RunNameParts) => parts[part]);
}
