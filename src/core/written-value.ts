/** What people wrote into a file of settings, in the words of messages. Pure. @module */

/** A value as it would be written, on one line. */
export function writtenText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'number' ? numberText(value) : JSON.stringify(value, writtenJson);
}

/** A replacer for JSON: maps as objects, numbers that JSON lacks as YAML writes them. */
export function writtenJson(_: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return typeof value === 'number' && !Number.isFinite(value) ? numberText(value) : value;
}

/** https://yaml.org/spec/1.2.2/#1032-tag-resolution */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}

/** By the codes of the parser, `yaml`: where its own words do not say what to write instead. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['MULTIPLE_DOCS', 'it holds several documents: write all in one, without --- between'],
  ['NON_STRING_KEY', 'a key is a name: one that begins with *, [ or { stands in quotes'],
  ['DUPLICATE_KEY', 'the key is there twice'],
  ['BAD_ALIAS', 'a text that begins with * stands in quotes'],
  ['BAD_SCALAR_START', 'a text that begins with @, %, ` or the like stands in quotes'],
]);

/** What is wrong with a text that is no YAML, in place of its place. */
export function yamlProblem({ code, message }: { readonly code: string; readonly message: string }): string {
  return ADVICE.get(code) ?? (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

/** The same of aliases, which the parser follows at the end. */
export function aliasProblem(error: unknown): string {
  const [, name] = /^Unresolved alias.*: (.*)$/.exec(error instanceof Error ? error.message : '') ?? [];
  return name === undefined
    ? 'aliases (&name, *name) lead in a circle, or hold too much: write out what they stand for'
    : `*${name} stands for what was called &${name}, which is not there: a text that begins with * stands in quotes`;
}
