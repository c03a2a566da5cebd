import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphDefOf } from '../../../src/plugins/graphs/graph-def.ts';
import { GRAPHS } from '../../../src/plugins/graphs.ts';
import { type NodeDef, runMetadataCodec } from '../../../src/protobuf/index.ts';

const [series] = GRAPHS.cells ?? [];
const TEXT = JSON.stringify({ _type: 'graph-file', path: 'media/graph/g.graph.json', size: 156 });

function valuesOf(content: Uint8Array | 'lost' | 'too-large' | 'unknown', text = TEXT) {
  return (
    series?.read(
      text,
      { content: () => content, size: () => 'unknown', drawing: () => 'unknown' },
      'graph',
    ) ?? []
  );
}

function nodesOf(graph: unknown): readonly NodeDef[] {
  return graphDefOf(graph)?.node ?? [];
}

describe('graphs of models', () => {
  it('are a blob that holds the graph in run metadata', () => {
    const graph = { format: 'keras', nodes: [{ id: 'a', name: 'a', class_name: 'Dense' }], edges: [] };
    const [value] = valuesOf(new TextEncoder().encode(JSON.stringify(graph)));
    expect(value?.metadata.pluginData).toEqual({ pluginName: GRAPHS.name, content: Uint8Array.of(0x31) });
    const blob = value !== undefined && 'strings' in value.tensor ? value.tensor.strings[0] : undefined;
    const { functionGraphs = [] } = runMetadataCodec.decode(blob as Uint8Array);
    expect(functionGraphs[0]?.preOptimizationGraph?.node?.map(({ name, op }) => [name, op])).toEqual([
      ['a', 'Dense'],
    ]);
  });

  it('need their file, and are none without it', () => {
    const file = { file: 'media/graph/g.graph.json', size: 156, digest: null };
    expect(series?.needs?.(TEXT)).toEqual([{ kind: 'content', file, maxBytes: 8 * 1024 * 1024 }]);
    expect(series?.needs?.('{"_type":"graph-file","path":"../g.graph.json"}')).toEqual([]);
    for (const lost of ['lost', 'too-large', 'unknown'] as const) expect(valuesOf(lost)).toEqual([]);
    expect(valuesOf(new TextEncoder().encode('{"nodes": [], "edges": []}'))).toEqual([]);
  });

  it('of Keras have its edges as inputs', () => {
    const nodes = ['in', 'conv', 'add'].map((id) => ({ id, name: id, class_name: 'Layer' }));
    const edges = [
      ['in', 'conv'],
      ['conv', 'add'],
      ['in', 'add'],
      ['in', 'add'],
      ['add', 'add'],
      ['?', 'in'],
      3,
    ];
    expect(nodesOf({ format: 'keras', nodes, edges }).map(({ input }) => input)).toEqual([
      [],
      ['in'],
      ['conv', 'in'],
    ]);
  });

  it('of PyTorch, which have no edges, tell the order of modules', () => {
    const nodes = ['stem.conv', 'layers.0', 'layers.1'].map((name, id) => ({ id, name }));
    expect(nodesOf({ format: 'torch', nodes, edges: [] }).map(({ name, input }) => [name, input])).toEqual([
      ['stem/conv', []],
      ['layers/0', ['^stem/conv']],
      ['layers/1', ['^layers/0']],
    ]);
    expect(nodesOf({ format: 'keras', nodes, edges: [] }).flatMap(({ input }) => input)).toEqual([]);
  });

  it('tell the class, shapes and parameters of a node', () => {
    const [node] = nodesOf({
      nodes: [
        {
          name: 'rnn',
          class_name: 'LSTM(\n  4, 2)',
          output_shape: [
            [8, null],
            [[1, 8], ['multiple']],
          ],
          parameters: [['weight', [2, 4]], ['bias', [2]], 7],
          num_parameters: [8, 2],
        },
      ],
    });
    const text = (bytes?: Uint8Array) => new TextDecoder().decode(bytes);
    expect(node?.op).toBe('LSTM');
    expect(text(node?.attr?.['class']?.s)).toBe('LSTM( 4, 2)');
    expect(text(node?.attr?.['parameters']?.s)).toContain('weight 2x4, bias 2');
    expect(node?.attr?.['num_parameters']?.i).toBe(10);
    expect(node?.attr?.['_output_shapes']?.list?.shape).toEqual([
      { dim: [{ size: 8 }, { size: -1 }] },
      { dim: [{ size: 1 }, { size: 8 }] },
    ]);
  });

  it('have one name for each node, made of nothing that has a meaning in TensorBoard', () => {
    const names = ['a.b', 'a/b', 'a.b', '^x:0', 'a--b', 'constructor', '', null, 'größe', '..'];
    expect(nodesOf({ nodes: names.map((name) => ({ name })) }).map(({ name }) => name)).toEqual([
      ...['a/b', 'a/b_2', 'a/b_3', '_x_0', 'a_b', 'constructor_', 'node', 'node_2', 'größe', 'node_3'],
    ]);
  });

  it('come out of any JSON within bounds', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null));
    const node = fc.record(
      {
        id: name,
        name,
        class_name: fc.jsonValue(),
        output_shape: fc.jsonValue(),
        num_parameters: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const graph = fc.record({
      format: fc.constantFrom('torch', 'keras'),
      nodes: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(node, fc.jsonValue()))),
      edges: fc.oneof(fc.jsonValue(), fc.array(fc.tuple(name, name))),
    });
    fc.assert(
      fc.property(fc.oneof(graph, fc.jsonValue()), fc.string(), (json, text) => {
        for (const value of valuesOf(new TextEncoder().encode(JSON.stringify(json)))) {
          const blob = 'strings' in value.tensor ? value.tensor.strings[0] : null;
          const nodes = runMetadataCodec.decode(blob as Uint8Array).functionGraphs?.[0]?.preOptimizationGraph
            ?.node;
          expect(new Set(nodes?.map((each) => each.name)).size).toBe(nodes?.length);
        }
        expect(valuesOf(new Uint8Array(), text)).toEqual([]);
      }),
    );
  });

  it('are cut at 5,000 nodes', () => {
    expect(nodesOf({ nodes: Array.from({ length: 6000 }, () => ({ name: 'x' })) })).toHaveLength(5000);
  });
});
