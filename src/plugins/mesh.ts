/**
 * TensorBoard's Mesh dashboard: 3D objects and clouds of points that a run logged as files.
 *
 * Summaries as `tensorboard/plugins/mesh/summary_v2.py` writes them: vertices, faces and colors are tensors of shape
 * [1, n, 3] under tags of their own, `<tag>_VERTEX`, `<tag>_FACE`, `<tag>_COLOR`, and the metadata of each names the tag
 * that they belong to (`tensorboard/plugins/mesh/metadata.py`).
 * @module
 */

import { wellFormed } from '../core/index.ts';
import {
  DATA_CLASS,
  DATA_TYPE,
  MESH_CONTENT,
  meshPluginDataCodec,
  type SummaryMetadata,
} from '../protobuf/index.ts';
import { mediaFiles } from './media/media-file.ts';
import type { Geometry } from './mesh/geometry.ts';
import { readerOf } from './mesh/readers.ts';
import { longestSide, shownGeometry } from './mesh/shown-geometry.ts';
import type { CellValue, Plugin } from './plugin.ts';
import type { Contents, SavedFileReference } from './saved-content.ts';
import type { NumberTensor } from './summary.ts';

const NAME = 'mesh';
/** A cloud of 300,000 points with colors, the most that W&B shows, is about as long. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

export const MESH: Plugin = {
  name: NAME,
  dataClass: 'tensor',
  typeName: 'mesh',
  reservedTags: [],
  cells: [
    {
      accepts: (type) => type === 'object3D-file' || type === 'object3D',
      tag: (key) => key,
      metadata: null,
      suffixes: ['_VERTEX', '_FACE', '_COLOR'],
      isSampled: true,
      needs: (text) => {
        const file = shownFile(text);
        return file === null ? [] : [{ kind: 'content', file, maxBytes: MAX_FILE_BYTES }];
      },
      read: readMesh,
    },
  ],
};

/** What stands after the tag of a mesh in the tag of one of its parts. */
type MeshSuffix = '_VERTEX' | '_FACE' | '_COLOR';

const CONTENT_TYPES: Readonly<Record<MeshSuffix, number>> = {
  _VERTEX: MESH_CONTENT.vertex,
  _FACE: MESH_CONTENT.face,
  _COLOR: MESH_CONTENT.color,
};

/**
 * All parts there may be: TensorBoard's page then asks for each of them at every step, and takes none for an answer. It
 * would show faces or colors of no step if the first had none.
 */
const ALL_COMPONENTS = (1 << MESH_CONTENT.vertex) | (1 << MESH_CONTENT.face) | (1 << MESH_CONTENT.color);

/** `tag`: without the suffix. `config`: options of Three.js, as JSON. */
function meshMetadata(
  tag: string,
  suffix: MeshSuffix,
  shape: readonly number[],
  config: string,
): SummaryMetadata {
  const content = meshPluginDataCodec.encode({
    name: wellFormed(tag),
    contentType: CONTENT_TYPES[suffix],
    jsonConfig: config,
    shape,
    components: ALL_COMPONENTS,
  });
  return { pluginData: { pluginName: NAME, content }, dataClass: DATA_CLASS.tensor };
}

/** Of a list, the first file of a kind that is read. */
function shownFile(text: string): SavedFileReference | null {
  return mediaFiles(text).find(({ file }) => readerOf(file.file) !== undefined)?.file ?? null;
}

function readMesh(text: string, contents: Contents, tag: string): readonly CellValue[] {
  const file = shownFile(text);
  const bytes = file === null ? 'lost' : contents.content(file, MAX_FILE_BYTES);
  if (file === null || typeof bytes === 'string') return [];
  const geometry = readerOf(file.file)?.(bytes) ?? null;
  const shown = geometry === null ? null : shownGeometry(geometry);
  return shown === null ? [] : valuesOf(shown, tag);
}

function valuesOf(geometry: Geometry, tag: string): readonly CellValue[] {
  const { positions, triangles, colors } = geometry;
  const config = configOf(geometry);
  const value = (suffix: MeshSuffix, dtype: number, numbers: Float32Array | Int32Array | Uint8Array) => {
    const tensor = triples(dtype, numbers);
    return { suffix, metadata: meshMetadata(tag, suffix, tensor.shape, config), tensor };
  };
  return [
    value('_VERTEX', DATA_TYPE.float, positions),
    ...(triangles.length === 0 ? [] : [value('_FACE', DATA_TYPE.int32, triangles)]),
    ...(colors === null ? [] : [value('_COLOR', DATA_TYPE.uint8, colors)]),
  ];
}

/** Typed arrays are little-endian on every machine Node runs on. */
function triples(dtype: number, numbers: Float32Array | Int32Array | Uint8Array): NumberTensor {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return { shape: [1, numbers.length / 3, 3], dtype, bytes };
}

/**
 * TensorBoard's page draws points of a fixed size, 0.005, and nothing that is closer to the eye than 0.1, whatever the size
 * of an object: points become 3 pixels wide, and nothing is too close. It takes those of a tag's first value for all.
 */
function configOf(geometry: Geometry): string {
  const side = longestSide(geometry);
  const [near, size] = [side / 1000, side / 150].map((length) => Number(length.toPrecision(3)));
  return JSON.stringify({ camera: { near }, material: { size } });
}
