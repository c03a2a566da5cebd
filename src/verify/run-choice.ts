/** Which runs a pattern means. Pure. @module */

export interface ChosenRun {
  /** Of its directory in the tree: entity, project, name. */
  readonly path: string;
  readonly id: string;
}

/**
 * Whether a run is meant by a pattern, in which `*` stands for any characters and `?` for one: by its path in the tree, by the
 * project and name at the end of it, by its name alone, or by its id.
 */
export function isChosen({ path, id }: ChosenRun, pattern: string): boolean {
  const expression = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'su',
  );
  const words = path.split('/');
  return [id, ...words.map((_, i) => words.slice(i).join('/'))].some((name) => expression.test(name));
}
