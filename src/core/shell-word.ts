/** Words for people to copy into a shell. @module */

/** One word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w:/.~=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
