/** The imports of every file under src, read by pattern: TypeScript 7.0 ships no compiler API for JavaScript. @module */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

export interface SourceFile {
  /** Path below src, with slashes: `cli/commands/serve.ts`. */
  readonly path: string;
  readonly text: string;
  /** As written: `../core/index.ts`, `node:fs`, `zod`. */
  readonly imports: readonly string[];
}

export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(SRC, path), 'utf8');
      return { path, text, imports: importsOf(text) };
    });
}

/** Specifiers of static imports, re-exports and `import()` of a literal. */
export function importsOf(text: string): string[] {
  const pattern = /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
}

/** The path below src that a relative import points at. */
export function targetOf(file: SourceFile, specifier: string): string {
  return relative(SRC, join(SRC, dirname(file.path), specifier));
}

/** `@scope/name` or `name` of a package import; null for relative ones and Node's own. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return null;
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
