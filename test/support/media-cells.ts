/** A value of every type of media that TensorBoard has a dashboard for, and the files they are made of. @module */

import type { Cell } from '../../src/core/index.ts';

interface MediaValue {
  readonly key: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** By path below the saved files. */
  readonly files: Readonly<Record<string, string>>;
}

/** A file as its value tells of it. */
function saved(path: string, content: string) {
  return { value: { path, size: Buffer.byteLength(content) }, files: { [path]: content } };
}

const PICTURE = saved('media/images/img_0_aa.png', 'no picture, but bytes');
const CLIP = saved('media/audio/clip_0_aa.wav', 'no sound, but bytes');
const CLOUD = saved('media/object3D/cloud_0_aa.pts.json', '[[0,0,0],[1,0,0],[0,1,0]]');
const GRAPH = saved(
  'media/graph/graph_0_aa.graph.json',
  JSON.stringify({
    format: 'keras',
    nodes: [
      { id: 'a', name: 'a', class_name: 'Dense', size: [1] },
      { id: 'b', name: 'b', class_name: 'Dense', size: [1] },
    ],
    edges: [['a', 'b']],
  }),
);
const CURVES = saved(
  'media/table/pr_table_0_aa.table.json',
  JSON.stringify({
    columns: ['class', 'precision', 'recall'],
    data: [
      ['cat', 1, 0],
      ['cat', 0.5, 1],
    ],
  }),
);

export const MEDIA_VALUES: readonly MediaValue[] = [
  { key: 'hist', json: { _type: 'histogram', values: [1, 2], bins: [0, 1, 2] }, files: {} },
  {
    key: 'img',
    json: { _type: 'image-file', format: 'png', width: 4, height: 3, caption: 'a cat', ...PICTURE.value },
    files: PICTURE.files,
  },
  { key: 'clip', json: { _type: 'audio-file', ...CLIP.value }, files: CLIP.files },
  { key: 'cloud', json: { _type: 'object3D-file', ...CLOUD.value }, files: CLOUD.files },
  { key: 'graph', json: { _type: 'graph-file', ...GRAPH.value }, files: GRAPH.files },
  {
    key: 'pr_table',
    json: { _type: 'table-file', nrows: 2, ncols: 3, ...CURVES.value },
    files: CURVES.files,
  },
];

/** Cells of a row that holds one of each, sorted by key. */
export function mediaCells(): readonly Cell[] {
  const cells = MEDIA_VALUES.map(
    ({ key, json }): Cell => ({ key, kind: 'json', text: JSON.stringify(json) }),
  );
  return cells.sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function mediaFiles(): readonly (readonly [path: string, content: string])[] {
  return MEDIA_VALUES.flatMap(({ files }) => Object.entries(files));
}
