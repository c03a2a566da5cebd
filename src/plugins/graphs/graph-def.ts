/**
 * W&B's graph of a model as TensorBoard's `GraphDef`. The JSON is what `wandb/sdk/data_types/graph.py` writes:
 *
 *     {"format": "torch", "nodes": [{"id", "name": "layers.0", "class_name": "Linear(in_features=4, …)",
 *       "output_shape": [[8, 2]], "parameters": [["weight", [2, 4]], …], "num_parameters": [8, 2]}], "edges": [[id, id]]}
 *
 * @module
 */

import type { AttrValue, GraphDef, NodeDef, ShapeProto } from '../../protobuf/index.ts';
import { listOf, type Members, membersOf } from '../../wandb-json/index.ts';
import { NodeNames, word } from './node-names.ts';

/** TensorBoard's page opens so many within seconds. */
const MAX_NODES = 5000;
const MAX_EDGES = 50_000;
/** Beyond 1024 bytes the page says that an attribute is too large, and does not show it. */
const MAX_TEXT_CHARACTERS = 300;
const MAX_SHAPES = 16;
const MAX_DIMENSIONS = 16;
/** Lists in lists of shapes. */
const MAX_DEPTH = 8;

interface NamedNode {
  readonly name: string;
  readonly node: Members;
}

/** Null where a value is no graph, or one without nodes. */
export function graphDefOf(value: unknown): GraphDef | null {
  const graph = membersOf(value);
  const names = new NodeNames();
  const nodes = listOf(graph['nodes'])
    .slice(0, MAX_NODES)
    .map(membersOf)
    .map((node) => ({ name: names.nameFor(textOf(node['name']) || textOf(node['id'])), node }));
  if (nodes.length === 0) return null;
  const inputs = inputsOf(graph, nodes);
  return { node: nodes.map(({ name, node }) => nodeDef(name, node, [...(inputs.get(name) ?? [])])) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** By name of a node. */
function inputsOf(graph: Members, nodes: readonly NamedNode[]): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = listOf(graph['edges']).slice(0, MAX_EDGES);
  if (edges.length === 0 && graph['format'] === 'torch') return inOrder(nodes);
  const byId = new Map(nodes.map(({ name, node }) => [textOf(node['id']), name]));
  const inputs = new Map<string, Set<string>>();
  for (const edge of edges) {
    const [from, to] = listOf(edge).map((id) => byId.get(textOf(id)));
    if (from === undefined || to === undefined || from === to) continue;
    inputs.set(to, (inputs.get(to) ?? new Set()).add(from));
  }
  return inputs;
}

/** `wandb.watch` tells no edges, but in which order modules came to their first output: each waits for the one before. */
function inOrder(nodes: readonly NamedNode[]): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(nodes.slice(1).map(({ name }, i) => [name, new Set([`^${nodes[i]!.name}`])]));
}

function nodeDef(name: string, node: Members, input: readonly string[]): NodeDef {
  // Of PyTorch, all of a module's description, on several lines.
  const className = textOf(node['class_name']).slice(0, MAX_TEXT_CHARACTERS).replace(/\s+/g, ' ');
  return { name, op: word(/^[^(]*/.exec(className)?.[0] ?? ''), input, attr: attributesOf(node, className) };
}

const UTF8 = new TextEncoder();

function attributesOf(node: Members, className: string): Readonly<Record<string, AttrValue>> {
  const parameters = parametersOf(node['parameters']);
  const count = sumOf(node['num_parameters']);
  const shapes = shapesOf(node['output_shape'] ?? node['size'], MAX_DEPTH).slice(0, MAX_SHAPES);
  return {
    ...(className !== '' && { class: { s: UTF8.encode(className) } }),
    ...(parameters !== '' && { parameters: { s: UTF8.encode(parameters) } }),
    ...(count !== null && { num_parameters: { i: count } }),
    ...(shapes.length > 0 && { _output_shapes: { list: { shape: shapes } } }),
  };
}

/** Such as `weight 2x4, bias 2`. */
function parametersOf(value: unknown): string {
  const texts = listOf(value)
    .slice(0, MAX_TEXT_CHARACTERS)
    .map(listOf)
    .map(
      ([name, shape]) => `${textOf(name)} ${listOf(shape).slice(0, MAX_DIMENSIONS).map(textOf).join('x')}`,
    );
  return texts.join(', ').slice(0, MAX_TEXT_CHARACTERS);
}

/** Keras tells one number, `wandb.watch` one for each parameter. */
function sumOf(value: unknown): number | null {
  const numbers = Array.isArray(value) ? value : [value];
  const sum = numbers.reduce(
    (total: number, number) => total + (typeof number === 'number' ? number : Number.NaN),
    0,
  );
  return numbers.length > 0 && Number.isSafeInteger(sum) ? sum : null;
}

/** Of one shape, or of shapes in lists; Keras has null for a size that it does not know. */
function shapesOf(value: unknown, depth: number): readonly ShapeProto[] {
  const parts = listOf(value).slice(0, MAX_DIMENSIONS);
  if (parts.length === 0 || depth === 0) return [];
  if (parts.every((part) => part === null || typeof part === 'number'))
    return [{ dim: parts.map((size) => ({ size: Number.isSafeInteger(size) ? Number(size) : -1 })) }];
  return parts.flatMap((part) => shapesOf(part, depth - 1));
}
