import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GeometryBuilder } from '../../../src/plugins/mesh/geometry.ts';
import { shownGeometry } from '../../../src/plugins/mesh/shown-geometry.ts';
import { MESH } from '../../../src/plugins/mesh.ts';
import { NO_CONTENTS } from '../../../src/plugins/saved-content.ts';
import { meshPluginDataCodec } from '../../../src/protobuf/index.ts';

const [series] = MESH.cells ?? [];
const UTF8 = new TextEncoder();
const GRAY = [160, 160, 160];

function cellOf(file: string): string {
  return JSON.stringify({ _type: 'object3D-file', path: `media/object3D/${file}` });
}

function valuesOf(text: string, content: string | Uint8Array, tag = 'key') {
  const bytes = typeof content === 'string' ? UTF8.encode(content) : content;
  return series?.read(text, { ...NO_CONTENTS, content: () => bytes }, tag) ?? [];
}

/** By suffix: the numbers of each part. */
function partsOf(file: string, content: string | Uint8Array): Record<string, number[]> {
  return Object.fromEntries(
    valuesOf(cellOf(file), content).map(({ suffix, tensor }) => {
      const bytes = 'bytes' in tensor ? tensor.bytes : new Uint8Array();
      const [buffer, at, length] = [bytes.buffer, bytes.byteOffset, bytes.length / 4];
      if (suffix === '_COLOR') return [suffix, [...bytes]];
      const numbers =
        suffix === '_FACE' ? new Int32Array(buffer, at, length) : new Float32Array(buffer, at, length);
      expect(tensor.shape).toEqual([1, length / 3, 3]);
      return [suffix, [...numbers]];
    }),
  );
}

/** A binary glTF file of a triangle and a point, under two nodes. */
function glb(changes: object = {}): Uint8Array {
  const binary = new Uint8Array(44);
  new Float32Array(binary.buffer, 0, 9).set([0, 0, 0, 1, 0, 0, 0, 1, 0]);
  binary.set([0, 1, 2], 36);
  binary.set([255, 0, 0], 40);
  const json = {
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [
      { children: [1, 2, 0], scale: [2, 2, 2] },
      { mesh: 0, translation: [1, 0, 0] },
      { mesh: 0, matrix: [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] },
    ],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 3, type: 'VEC3' },
      { bufferView: 0, byteOffset: 36, componentType: 5121, count: 3, type: 'SCALAR' },
    ],
    bufferViews: [{ buffer: 0, byteLength: 44 }],
    ...changes,
  };
  const text = JSON.stringify(json).padEnd(2048);
  return Buffer.concat([
    Buffer.from('glTF\x02\0\0\0\0\0\0\0\0\x08\0\0JSON', 'latin1'),
    Buffer.from(text),
    Buffer.from('\x2c\0\0\0BIN\0', 'latin1'),
    binary,
  ]);
}

describe('clouds of points', () => {
  it('have points, of which those that are no numbers are left out', () => {
    const text = '[[1,2,0.5],[NaN,1,1],[1,1,Infinity],[1e300,0,0],["1",2,3],[4,5,-0.5],[1,2],7,null]';
    expect(partsOf('x.pts.json', text)).toEqual({ _VERTEX: [1, 2, 0.5, 4, 5, -0.5] });
  });

  it('have colors by category, or their own', () => {
    const text = '[[0,0,0,1],[1,1,1,99],[2,2,0,10,20,300],[2,2,0]]';
    expect(partsOf('x.pts.json', text)['_COLOR']).toEqual([31, 119, 180, ...GRAY, 10, 20, 255, ...GRAY]);
    expect(partsOf('x.pts.json', '[[0,0,0,1,0.5,0]]')['_COLOR']).toEqual([255, 128, 0]);
  });

  it('are the points of a scene', () => {
    const text = '{"type":"lidar/beta","points":[[1,2,0]],"boxes":[{}],"vectors":[]}';
    expect(partsOf('x.pts.json', text)).toEqual({ _VERTEX: [1, 2, 0] });
  });

  it('stay where they were logged, however far that is', () => {
    expect(partsOf('x.pts.json', '[[0,0,7],[2,0,9]]')['_VERTEX']).toEqual([0, 0, 7, 2, 0, 9]);
  });

  it('have colors of 0 to 255 also where all of them are 0 or 1, and fractions where they are such', () => {
    expect(partsOf('x.pts.json', '[[0,0,0,1,1,0]]')['_COLOR']).toEqual([1, 1, 0]);
    expect(partsOf('x.pts.json', '[[0,0,0,0.2,1,0]]')['_COLOR']).toEqual([51, 255, 0]);
  });

  it('of more than 300,000 points are thinned evenly', () => {
    const builder = new GeometryBuilder();
    for (let i = 0; i < 600_000; i++) builder.addVertex(i, 0, 0, null);
    const positions = shownGeometry(builder.build())?.positions ?? new Float32Array();
    expect(positions.length).toBe(900_000);
    expect([...positions.subarray(0, 9)]).toEqual([0, 0, 0, 2, 0, 0, 4, 0, 0]);
  });

  it('are none where there is no point', () => {
    for (const text of ['[]', '{}', 'no JSON', '[[NaN,0,0]]', '['.repeat(100_000)])
      expect(partsOf('x.pts.json', text)).toEqual({});
  });
});

describe('Wavefront files', () => {
  it('have vertices, colors, and faces in all their forms', () => {
    const text = [
      '# a square',
      ...['v 0 0 0 1 0 0', 'v 1 0 0 0 1 0', 'v 1 1 0 0 0 1', 'v 0 1 0\r'],
      ...[
        'vn 0 0 1',
        'f 1/1 2/2 3/3 4/4',
        'f -4//-1 -3//-1 -2//-1',
        'f 1/1/1 2 3',
        'f 1 2 9',
        'f 1 2',
        'f a b c',
      ],
    ].join('\n');
    expect(partsOf('x.obj', text)).toEqual({
      _VERTEX: [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0],
      _FACE: [0, 1, 2, 0, 2, 3, 0, 1, 2, 0, 1, 2],
      _COLOR: [255, 0, 0, 0, 255, 0, 0, 0, 255, ...GRAY],
    });
  });

  it('leave out vertices that are no corner, and triangles with one that is no number', () => {
    const text = 'v 5 5 5\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv x 0 0\nf 2 3 4\nf 2 3 5';
    expect(partsOf('x.obj', text)).toEqual({ _VERTEX: [0, 0, 0, 1, 0, 0, 0, 1, 0], _FACE: [0, 1, 2] });
  });

  it('without a face are clouds', () => {
    expect(partsOf('x.OBJ', 'v 0 0 0\nv 1 0 0')).toEqual({ _VERTEX: [0, 0, 0, 1, 0, 0] });
  });

  it('of more vertices than TensorBoard draws keep their shape with fewer', () => {
    const side = 400;
    const builder = new GeometryBuilder();
    for (let i = 0; i < side * side; i++) builder.addVertex(i % side, Math.floor(i / side), 0, null);
    for (let i = 0; i + side + 1 < side * side; i++) builder.addTriangle(i, i + 1, i + side);
    const shown = shownGeometry(builder.build());
    const positions = [...(shown?.positions ?? [])];
    const corners = [...(shown?.triangles ?? [])];
    expect(positions.length / 3).toBeLessThanOrEqual(65_536);
    expect(positions.length / 3).toBeGreaterThan(30_000);
    expect(positions.some((at) => at > 395)).toBe(true);
    expect(corners.length / 3).toBeGreaterThan(30_000);
    expect(corners.every((corner) => corner < positions.length / 3)).toBe(true);
  });
});

describe('binary glTF files', () => {
  it('have the meshes of all nodes of their scene, where these put them', () => {
    expect(partsOf('x.glb', glb())).toEqual({
      _VERTEX: [2, 0, 0, 4, 0, 0, 2, 2, 0, 0, 0, 0, 0, 2, 0, -2, 0, 0],
      _FACE: [0, 1, 2, 3, 4, 5],
    });
    expect(partsOf('x.glb', glb({ nodes: [{ mesh: 0 }], scenes: [] }))['_FACE']).toEqual([0, 1, 2]);
  });

  it('have colors of vertices, or else of materials', () => {
    const materials = [{ pbrMetallicRoughness: { baseColorFactor: [0, 0.5, 1, 1] } }];
    const primitive = { attributes: { POSITION: 0 }, material: 0 };
    const one = { nodes: [{ mesh: 0 }], materials };
    const plain = partsOf('x.glb', glb({ ...one, meshes: [{ primitives: [primitive] }] }));
    expect(plain['_COLOR']).toEqual([0, 128, 255, 0, 128, 255, 0, 128, 255]);
    const accessors = [
      { bufferView: 0, componentType: 5126, count: 1, type: 'VEC3' },
      { bufferView: 0, byteOffset: 40, componentType: 5121, normalized: true, count: 1, type: 'VEC3' },
    ];
    const point = { attributes: { POSITION: 0, COLOR_0: 1 }, mode: 0 };
    expect(partsOf('x.glb', glb({ ...one, accessors, meshes: [{ primitives: [point] }] }))).toEqual({
      _VERTEX: [0, 0, 0],
      _COLOR: [255, 0, 0],
    });
  });

  it.each([
    [
      'outside of their bytes',
      { bufferView: 0, byteOffset: 16, componentType: 5126, count: 3, type: 'VEC3' },
    ],
    ['that overlap', { bufferView: 1, componentType: 5126, count: 1e9, type: 'VEC3' }],
    ['compressed by Draco', { componentType: 5126, count: 3, type: 'VEC3' }],
    ['quantized', { bufferView: 0, componentType: 5123, count: 3, type: 'VEC3' }],
    ['sparse', { bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', sparse: {} }],
  ])('are nothing with numbers %s', (_, accessor) => {
    const bufferViews = [{ buffer: 0 }, { buffer: 0, byteStride: 0 }];
    expect(partsOf('x.glb', glb({ accessors: [accessor], bufferViews }))).toEqual({});
  });

  it('repeat a part no more often than is bounded', () => {
    const primitives = Array.from({ length: 20 }, () => ({ attributes: { POSITION: 0 }, indices: 1 }));
    const nodes = Array.from({ length: 40 }, () => ({ mesh: 0 }));
    expect(partsOf('x.glb', glb({ nodes, scenes: [], meshes: [{ primitives }] }))['_FACE']).toHaveLength(
      2400,
    );
  });
});

describe('meshes of TensorBoard', () => {
  it('are of one file, the first of a list that can be read', () => {
    const objects = ['a.stl', 'b.obj', 'c.glb'].map((file) => JSON.parse(cellOf(file)) as object);
    const file = { file: 'media/object3D/b.obj', size: null, digest: null };
    const text = JSON.stringify({ _type: 'object3D', count: 3, objects });
    expect(series?.needs?.(text)).toEqual([{ kind: 'content', file, maxBytes: 32 * 1024 * 1024 }]);
    expect(valuesOf(text, 'v 0 0 0').map(({ suffix }) => suffix)).toEqual(['_VERTEX']);
    expect(series?.needs?.(cellOf('a.stl'))).toEqual([]);
    expect(valuesOf(cellOf('a.stl'), 'v 0 0 0')).toEqual([]);
  });

  it('are named by their tag, tell of all parts there may be, and fit points to their size', () => {
    const [value] = valuesOf(cellOf('x.pts.json'), '[[0,0,0],[30,0,0]]', 'key/\ud800');
    const content = value?.metadata.pluginData?.content ?? new Uint8Array();
    expect(meshPluginDataCodec.decode(content)).toEqual({
      name: 'key/\ufffd',
      contentType: 1,
      jsonConfig: '{"camera":{"near":0.03},"material":{"size":0.2}}',
      shape: [1, 2, 3],
      components: 14,
    });
  });

  it('come out of any file within bounds', () => {
    const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 20 }), fc.constantFrom('x', null));
    const json = fc.oneof(fc.jsonValue(), fc.array(fc.array(number, { maxLength: 8 })));
    const line = fc.tuple(fc.constantFrom('v', 'f', 'vn'), fc.array(number, { maxLength: 8 }));
    const content = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      json.map((value) => Buffer.from(JSON.stringify(value))),
      fc
        .array(line)
        .map((lines) => Buffer.from(lines.map(([k, words]) => `${k} ${words.join(' ')}`).join('\n'))),
      fc
        .dictionary(fc.constantFrom('nodes', 'meshes', 'accessors', 'bufferViews', 'scenes'), fc.jsonValue())
        .map(glb),
      fc.tuple(fc.nat(2200), fc.nat(255)).map(([at, byte]) => glb().with(at % glb().length, byte)),
    );
    const file = fc.constantFrom('x.pts.json', 'x.obj', 'x.glb');
    fc.assert(
      fc.property(file, content, (name, bytes) => {
        const { _VERTEX: vertices = [], _FACE: faces = [], _COLOR: colors } = partsOf(name, bytes);
        expect(vertices.every(Number.isFinite)).toBe(true);
        expect(faces.every((vertex) => vertex >= 0 && vertex < vertices.length / 3)).toBe(true);
        expect(colors?.length ?? vertices.length).toBe(vertices.length);
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void valuesOf(text, 'v 0 0 0')));
  });
});
