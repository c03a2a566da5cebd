/** The values of a history row that holds more than numbers: strings, lists, nulls, nested and media values. @module */

import type { Cell } from '../../../core/index.ts';
import { flattenJson, parseJsonString } from '../../../wandb-json/index.ts';
import { readScalar } from '../../json-scalar.ts';

/** One item of a row: its key path, and its value as W&B's JSON text. */
export interface RowItem {
  readonly path: readonly string[];
  readonly text: string;
}

/** What a row comes to: numbers by dotted key, and cells sorted by key. No key is in both. */
export interface MixedRow {
  readonly numbers: ReadonlyMap<string, number>;
  readonly cells: readonly Cell[];
}

/**
 * Resolves the items of a row. wandb-core writes a media value as one item per leaf: it is put together again
 * under the key of the node that has a `_type`. Python SDKs write a nested value whole: plain objects are taken
 * apart. Where a flat key and a nested one come to the same dotted name, the flat one holds.
 */
export function resolveRow(items: readonly RowItem[]): MixedRow {
  const entries = new Map<string, { readonly flat: boolean; readonly value: number | Cell }>();
  for (const item of gatherMedia(items)) {
    const flat = item.path.length === 1;
    for (const leaf of flat || !item.media ? flattenJson(item.path, item.text) : [item]) {
      const key = leaf.path.join('.');
      const isFlat = leaf.path.length === 1;
      if (entries.get(key)?.flat === true && !isFlat) continue;
      entries.set(key, { flat: isFlat, value: leafValue(key, leaf.text) });
    }
  }
  const numbers = new Map<string, number>();
  const cells: Cell[] = [];
  for (const [key, { value }] of entries) {
    if (typeof value === 'number') numbers.set(key, value);
    else cells.push(value);
  }
  return { numbers, cells: cells.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

const scalar = new Float64Array(1);

function leafValue(key: string, text: string): number | Cell {
  const bytes = Buffer.from(text);
  if (readScalar(bytes, 0, bytes.length, scalar, 0)) return scalar[0]!;
  const string = parseJsonString(text);
  return string === undefined ? { key, kind: 'json', text } : { key, kind: 'string', text: string };
}

type GatheredItem = RowItem & { readonly media?: true };

/** Replaces the items below each node that has a `_type` string by one item with the object's JSON text. */
function gatherMedia(items: readonly RowItem[]): readonly GatheredItem[] {
  const nodes = mediaNodes(items);
  if (nodes.size === 0) return items;
  const plain: RowItem[] = [];
  for (const item of items) {
    const depth = item.path.findIndex(
      (_, index) => index > 0 && nodes.has(pathText(item.path.slice(0, index))),
    );
    if (depth < 0) plain.push(item);
    else addLeaf(nodes.get(pathText(item.path.slice(0, depth)))!.tree, item.path.slice(depth), item.text);
  }
  const media: GatheredItem[] = [];
  for (const { path, tree } of nodes.values()) {
    if (tree.size > 0) media.push({ path, text: treeText(tree), media: true });
  }
  return [...plain, ...media];
}

type Tree = Map<string, string | Tree>;

function mediaNodes(
  items: readonly RowItem[],
): Map<string, { readonly path: readonly string[]; readonly tree: Tree }> {
  const nodes = new Map<string, { readonly path: readonly string[]; readonly tree: Tree }>();
  for (const { path, text } of items) {
    if (path.length < 2 || path.at(-1) !== '_type' || !text.startsWith('"')) continue;
    const node = path.slice(0, -1);
    nodes.set(pathText(node), { path: node, tree: new Map() });
  }
  return nodes;
}

function addLeaf(tree: Tree, path: readonly string[], text: string): void {
  let node = tree;
  for (const key of path.slice(0, -1)) {
    const child = node.get(key);
    const next: Tree = child instanceof Map ? child : new Map();
    node.set(key, next);
    node = next;
  }
  node.set(path.at(-1)!, text);
}

function treeText(tree: Tree): string {
  const members = [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = members.map(
    ([key, value]) => `${JSON.stringify(key)}:${typeof value === 'string' ? value : treeText(value)}`,
  );
  return `{${texts.join(',')}}`;
}

function pathText(path: readonly string[]): string {
  return JSON.stringify(path);
}
