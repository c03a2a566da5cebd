/** How directory entries look as text. @module */

import type { LogdirNode } from '../../app/index.ts';

type ListDirectory = (path: string) => readonly LogdirNode[] | Promise<readonly LogdirNode[]>;

/** Runs are numbered: run 2 comes before run 10. */
const collator = new Intl.Collator('en', { numeric: true });

/** The order in which people look for names. */
export function naturally(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** Entries in the order in which people look for them. */
export function sortedNodes(nodes: readonly LogdirNode[]): readonly LogdirNode[] {
  return nodes.toSorted((a, b) => naturally(a.name, b.name));
}

/** Wide enough for a terabyte. */
const SIZE_WIDTH = 13;

/** `-` or `d`, size in bytes, time of change (UTC, to the second), name. */
export function longLine(node: LogdirNode): string {
  const kind = node.kind === 'directory' ? 'd' : '-';
  const size = node.kind === 'file' ? String(node.size) : '-';
  const time = new Date(node.mtimeMs).toISOString().slice(0, 19).replace('T', ' ');
  return `${kind} ${size.padStart(SIZE_WIDTH)}  ${time}  ${node.name}`;
}

/** The entries below a path, depth first, drawn with branches. */
export async function* treeLines(list: ListDirectory, path: string, indent = ''): AsyncGenerator<string> {
  const nodes = sortedNodes(await list(path));
  for (const [index, node] of nodes.entries()) {
    const isLast = index === nodes.length - 1;
    yield `${indent}${isLast ? '└── ' : '├── '}${node.name}`;
    if (node.kind === 'file') continue;
    const child = path === '' ? node.name : `${path}/${node.name}`;
    yield* treeLines(list, child, `${indent}${isLast ? '    ' : '│   '}`);
  }
}
