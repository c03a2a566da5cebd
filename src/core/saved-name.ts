/** Names of files that were saved with a run. @module */

/** Whether a name is a path below the run's folder: others are nobody's business. */
export function isSafeName(name: string): boolean {
  return (
    name !== '' &&
    !name.includes('\0') &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
