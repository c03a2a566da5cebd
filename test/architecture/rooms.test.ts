/** The house stands as docs/ARCHITECTURE.md draws it. @module */

import { describe, expect, it } from 'vitest';
import { type Room, readRoomTable } from './room-table.ts';
import { importsOf, packageOf, readSourceFiles, type SourceFile, targetOf } from './source-imports.ts';

const rooms = readRoomTable();
const files = readSourceFiles();

/** The room a path below src belongs to: the longest name that leads to it. */
function roomOf(path: string): Room | undefined {
  const candidates = rooms.filter(({ name }) => path === name || path.startsWith(`${name}/`));
  return candidates.sort((a, b) => b.name.length - a.name.length)[0];
}

/** Imports that leave their room, with the room they go to. */
function crossings(file: SourceFile): { specifier: string; target: string; to: Room | undefined }[] {
  const from = roomOf(file.path);
  return file.imports
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ specifier, target: targetOf(file, specifier) }))
    .map((crossing) => ({ ...crossing, to: roomOf(crossing.target) }))
    .filter(({ to }) => to !== from);
}

describe('the table', () => {
  it('was found, and names only rooms it has', () => {
    expect(rooms.length).toBeGreaterThan(10);
    const names = rooms.map(({ name }) => name);
    for (const { mayImport } of rooms) for (const name of mayImport) expect(names).toContain(name);
  });

  it('has no cycle', () => {
    const left = new Map(rooms.map(({ name, mayImport }) => [name, new Set(mayImport)]));
    for (let leaf = nextLeaf(left); leaf !== undefined; leaf = nextLeaf(left)) {
      left.delete(leaf);
      for (const imports of left.values()) imports.delete(leaf);
    }
    expect([...left.keys()]).toEqual([]);
  });
});

function nextLeaf(left: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  return [...left].find(([, imports]) => imports.size === 0)?.[0];
}

describe('every source file', () => {
  it('reads imports in all their forms', () => {
    const text = `import a from 'a';\nimport {\n  b,\n} from './b.ts';\nexport * from 'c';\nimport 'd';\nawait import('e');\nexport const f = 'from';\n`;
    expect(importsOf(text)).toEqual(['a', './b.ts', 'c', 'd', 'e']);
  });

  it.each(files.map((file) => [file.path, file] as const))('%s keeps to the table', (path, file) => {
    const room = roomOf(path);
    expect(room, `src/${path} is in no room of the table`).toBeDefined();
    for (const { specifier, target, to } of crossings(file)) {
      expect(room?.mayImport, `${path} imports ${specifier}`).toContain(to?.name ?? target);
      const isEntry = target === to?.name || target === `${to?.name}/index.ts`;
      expect(isEntry, `${path} enters ${to?.name} by ${specifier}, not by its index.ts`).toBe(true);
    }
    for (const name of file.imports.map(packageOf).filter((found) => found !== null)) {
      expect(room?.packages, `${path} imports the package ${name}`).toContain(name);
    }
  });

  it.each(files.map((file) => [file.path, file] as const))('%s keeps the house rules', (path, { text }) => {
    expect(path).not.toMatch(/(^|[/-])(utils?|helpers?|common|manager|misc)\.tsx?$/);
    expect(path).toMatch(/^[a-z0-9/-]+\.tsx?$/);
    expect(text, 'opens with a doc comment that ends in @module').toMatch(
      /^(#!.*\n)?\/\*\*(?:[^*]|\*(?!\/))*@module\s*\*\//,
    );
    if (!path.startsWith('config/')) expect(text).not.toMatch(/process\.env\b/);
    expect(text).not.toMatch(/^export default\b/m);
    expect(text).not.toMatch(/^(export )?(const )?enum\b/m);
  });
});

describe('the packages of the table', () => {
  it.each(rooms.flatMap(({ name, packages }) => packages.map((used) => [name, used] as const)))(
    '%s really uses %s',
    (name, used) => {
      const users = files.filter((file) => roomOf(file.path)?.name === name);
      expect(users.flatMap((file) => file.imports).map(packageOf)).toContain(used);
    },
  );
});

describe('files', () => {
  it('import each other in no circle, types included', () => {
    const left = new Map(
      files.map((file) => [file.path, new Set(file.imports.map((specifier) => targetOf(file, specifier)))]),
    );
    for (const imports of left.values())
      for (const path of imports) if (!left.has(path)) imports.delete(path);
    for (let leaf = nextLeaf(left); leaf !== undefined; leaf = nextLeaf(left)) {
      left.delete(leaf);
      for (const imports of left.values()) imports.delete(leaf);
    }
    // What is left is in a circle, or leads into one.
    expect([...left.keys()]).toEqual([]);
  });
});
