/**
 * What TensorBoard must show of the media of a run, worked out from the run's log and the files beside it: the SDK's own
 * decoder reads the log, and nothing of this program takes part. It knows what make-runs.py logs, and no more.
 * @module
 */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sdkRows } from './expected-series.ts';

/** By tag: `[step, value]`, ascending. */
export type ByTag<T> = Readonly<Record<string, readonly (readonly [step: number, value: T])[]>>;
type Numbers = readonly number[];

/** Three numbers each: places of vertices, vertices of faces, colors of vertices. Empty where there are none. */
export interface Mesh {
  readonly VERTEX: Numbers;
  readonly FACE: Numbers;
  readonly COLOR: Numbers;
}

export interface ShownMedia {
  /** Left edge, right edge and count of each bucket. */
  readonly histograms: ByTag<readonly Numbers[]>;
  /** Of each sample, content type and SHA-256; `drawn` and its size in pixels for what is no file of the run. */
  readonly images: ByTag<readonly string[]>;
  readonly audio: ByTag<readonly string[]>;
  /** Cells of tables, items of lists, names of files and other pieces of a text, in order. */
  readonly texts: ByTag<readonly string[]>;
  /** Precision and recall of each point. */
  readonly curves: ByTag<readonly Numbers[]>;
  readonly meshes: ByTag<Mesh>;
  /** By tag, of the newest graph: inputs by name of node. */
  readonly graphs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Of W&B's JSON of a value, what matters here. */
interface Value {
  readonly _type?: string;
  readonly path?: string;
  readonly caption?: string;
  readonly width?: number;
  readonly height?: number;
  readonly boxes?: object;
  readonly filenames?: readonly string[];
  readonly captions?: readonly string[];
  readonly audio?: readonly Value[];
  readonly objects?: readonly Value[];
  readonly values?: readonly number[];
  readonly bins?: readonly number[];
}

interface Table {
  readonly columns: readonly string[];
  readonly data: readonly (readonly (string | number | null)[])[];
}

interface Graph {
  readonly nodes: readonly { readonly id: string; readonly name: string }[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** What one value is shown as: a point of one tag. */
type Shown = readonly [part: keyof ShownMedia, tag: string, value: unknown];
/** Gives a file saved with the run. */
type Files = (path: string) => Promise<Buffer>;

/** `log`: path of the run's `.wandb` file. */
export async function mediaTruth(log: string): Promise<ShownMedia> {
  const files: Files = (path) => readFile(join(dirname(log), 'files', path));
  const parts: Record<keyof ShownMedia, Record<string, [step: number, value: unknown][]>> = {
    ...{ histograms: {}, images: {}, audio: {}, texts: {}, curves: {}, meshes: {}, graphs: {} },
  };
  for (const { step, cells } of (await sdkRows([log])).get(log) ?? []) {
    for (const [key, cell] of Object.entries(cells)) {
      for (const [part, tag, value] of await shownOf(key, cell, files)) {
        const points = parts[part][tag] ?? [];
        points.push([step, value]);
        parts[part][tag] = points;
      }
    }
  }
  const graphs = Object.entries(parts.graphs).map(([tag, points]) => [tag, points.at(-1)?.[1]]);
  return { ...parts, graphs: Object.fromEntries(graphs) } as ShownMedia;
}

async function shownOf(key: string, cell: unknown, files: Files): Promise<Shown[]> {
  if (typeof cell === 'string') return [['texts', key, [cell]]];
  const value = (Array.isArray(cell) ? {} : cell) as Value;
  const text = (path = '', tag = key): Shown => ['texts', tag, [value._type, `@files/${path}`]];
  switch (value._type) {
    case 'histogram':
      return [['histograms', key, bucketsOf(value)]];
    case 'image-file':
    case 'images/separated':
      return [['images', key, await picturesOf(value, files)], ...captionsOf(key, value)];
    case 'video-file':
      if (!value.path?.endsWith('.gif')) return [text(value.path, `${key}/text`)];
      return [['images', key, [await sampleOf(value.path, files)]]];
    case 'audio-file':
      if (!value.path?.endsWith('.wav')) return [text(value.path, `${key}/text`), ...captionsOf(key, value)];
      return [['audio', key, [await sampleOf(value.path, files)]], ...captionsOf(key, value)];
    case 'audio':
      return [['audio', key, await samplesOf(value.audio ?? [], files)], ...captionsOf(key, value)];
    case 'table-file':
    case 'incremental-table-file':
      return await tableOf(key, value, files);
    case 'object3D-file':
      return [['meshes', key, await meshOf(value.path ?? '', files)]];
    case 'object3D': {
      const [first, second] = value.objects ?? [];
      return [['meshes', key, await meshOf(first?.path ?? '', files)], text(second?.path, `${key}/text`)];
    }
    case 'graph-file':
      return [['graphs', key, inputsOf(JSON.parse(`${await files(value.path ?? '')}`) as Graph)]];
    case undefined:
      return [['texts', key, [JSON.stringify(cell)]]];
    default:
      return [text(value.path)];
  }
}

/** Those from the first one to the last one with a count. */
function bucketsOf({ values = [], bins = [] }: Value): Numbers[] {
  const buckets = values.map((count, i) => [bins[i]!, bins[i + 1]!, count]);
  const isFull = ([, , count = 0]: Numbers) => count > 0;
  return buckets.slice(buckets.findIndex(isFull), buckets.findLastIndex(isFull) + 1);
}

async function picturesOf(value: Value, files: Files): Promise<string[]> {
  const paths = value.filenames ?? [value.path ?? ''];
  const samples = await samplesOf(
    paths.map((path) => ({ path })),
    files,
  );
  // One with boxes stands before the same without.
  return value.boxes === undefined ? samples : [`drawn ${value.width}x${value.height}`, ...samples];
}

function samplesOf(values: readonly Value[], files: Files): Promise<string[]> {
  return Promise.all(values.map(({ path = '' }) => sampleOf(path, files)));
}

const CONTENT_TYPES = { png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif', wav: 'audio/wav' } as const;

async function sampleOf(path: string, files: Files): Promise<string> {
  const extension = path.split('.').at(-1) as keyof typeof CONTENT_TYPES;
  return `${CONTENT_TYPES[extension]} ${digestOf(await files(path))}`;
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Up to the last one there is. */
function captionsOf(key: string, { caption, captions = [caption ?? ''] }: Value): Shown[] {
  const shown = captions.slice(0, captions.findLastIndex((text) => text !== '') + 1);
  return shown.length === 0 ? [] : [['texts', `${key}/captions`, shown.map((text) => text || '—')]];
}

async function tableOf(key: string, { path = '' }: Value, files: Files): Promise<Shown[]> {
  // NaN stands bare; integers beyond doubles are shown with all their digits.
  const json = `${await files(path)}`.replace(/\bNaN\b|(?<![.\d])\d{16,}\b/g, '"$&"');
  const { columns, data } = JSON.parse(json) as Table;
  const cells = [...columns, ...data.flat()].map((cell) => (cell === null ? '' : String(cell)));
  const curves = new Map<string, Numbers[]>();
  if (String(columns) === 'class,precision,recall') {
    for (const [name, precision, recall] of data) {
      const points = curves.get(String(name)) ?? [];
      points.push([precision, recall].map((number) => Math.fround(Number(number))));
      curves.set(String(name), points);
    }
  }
  return [
    ['texts', key, [...cells, `@files/${path}`]],
    // Recall falls; a slash within a name would begin another part of the tag.
    ...[...curves].map(([name, points]): Shown => {
      return ['curves', `${key}/pr_curve/${name.replace('/', '∕')}`, points.reverse()];
    }),
  ];
}

async function meshOf(path: string, files: Files): Promise<Mesh> {
  const bytes = await files(path);
  if (path.endsWith('.obj')) return meshOfLines(`${bytes}`.split('\n').map((line) => line.split(' ')));
  if (path.endsWith('.glb')) {
    // A triangle: three vertices of three floats at the end of the file.
    const places = new Float32Array(new Uint8Array(bytes.subarray(-36)).buffer);
    return { VERTEX: [...places], FACE: [0, 1, 2], COLOR: [] };
  }
  const points = JSON.parse(`${bytes}`) as readonly Numbers[];
  const places = points.flatMap((point) => point.slice(0, 3).map(Math.fround));
  return { VERTEX: places, FACE: [], COLOR: points.flatMap((point) => point.slice(3)) };
}

function meshOfLines(lines: readonly (readonly string[])[]): Mesh {
  const numbers = (kind: string) => lines.filter(([word]) => word === kind).flatMap((line) => line.slice(1));
  return {
    VERTEX: numbers('v').map(Number),
    FACE: numbers('f').map((number) => Number(number) - 1),
    COLOR: [],
  };
}

function inputsOf({ nodes, edges }: Graph): Record<string, string[]> {
  const name = (id: string) => nodes.find((node) => node.id === id)?.name.replaceAll('.', '/') ?? '';
  return Object.fromEntries(
    nodes.map(({ id }) => [name(id), edges.filter(([, to]) => to === id).map(([from]) => name(from))]),
  );
}

/** The log of the run `media001` in a wandb folder. */
export async function mediaLogIn(wandb: string): Promise<string> {
  const names = await readdir(wandb, { recursive: true });
  return join(wandb, names.find((name) => name.endsWith('run-media001.wandb')) ?? '');
}
