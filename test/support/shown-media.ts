/** The media that a TensorBoard shows of a run, asked for as its pages ask. @module */

import { type ByTag, digestOf, type Mesh, type ShownMedia } from './media-truth.ts';
import { inGroups } from './sdk-runs.ts';
import type { TensorBoard } from './tensorboard.ts';

interface Place {
  readonly wall_time: number;
  readonly step: number;
}

const PLUGIN = '/data/plugin';

/** `files`: what TensorBoard may show as it is, as `digestOf` has it; other pictures are told by their size. */
export async function shownMedia(
  board: TensorBoard,
  run: string,
  files: ReadonlySet<string>,
): Promise<ShownMedia> {
  const [histograms, images, audio, texts, curves, meshes, graphs] = await Promise.all([
    byTag(board, run, 'histograms', (tag) => histogramsOf(board, run, tag)),
    byTag(board, run, 'images', (tag, samples) => samplesOf(board, { run, tag, samples, files }, 'images')),
    byTag(board, run, 'audio', (tag, samples) => samplesOf(board, { run, tag, samples, files }, 'audio')),
    textsOf(board, run),
    byTag(board, run, 'pr_curves', (tag) => curvesOf(board, run, tag)),
    byTag(board, run, 'mesh', (tag) => meshesOf(board, run, tag)),
    graphsOf(board, run),
  ]);
  return { histograms, images, audio, texts, curves, meshes, graphs };
}

type Tags = Readonly<Record<string, Readonly<Record<string, { readonly samples: number }>>>>;

async function byTag<T>(
  board: TensorBoard,
  run: string,
  plugin: string,
  points: (tag: string, samples: number) => Promise<ByTag<T>[string]>,
): Promise<ByTag<T>> {
  const tags = (await board.get<Tags>(`${PLUGIN}/${plugin}/tags`))[run] ?? {};
  return Object.fromEntries(await inGroups(Object.keys(tags), (tag) => points(tag, tags[tag]!.samples)));
}

async function histogramsOf(board: TensorBoard, run: string, tag: string) {
  type Answer = readonly (readonly [wallTime: number, step: number, buckets: readonly number[][]])[];
  const answer = await board.get<Answer>(`${PLUGIN}/histograms/histograms`, { run, tag });
  return answer.map(([, step, buckets]) => [step, buckets] as const);
}

interface Samples {
  readonly run: string;
  readonly tag: string;
  /** The most there are at any step. */
  readonly samples: number;
  readonly files: ReadonlySet<string>;
}

async function samplesOf(
  board: TensorBoard,
  { run, tag, samples, files }: Samples,
  plugin: 'images' | 'audio',
) {
  const steps = new Map<number, string[]>();
  for (let sample = 0; sample < samples; sample++) {
    const query = { run, tag, sample: `${sample}` };
    const places = await board.get<(Place & { query: string })[]>(`${PLUGIN}/${plugin}/${plugin}`, query);
    for (const { step, query: key } of places) {
      const path = plugin === 'images' ? 'images/individualImage' : 'audio/individualAudio';
      const { type, bytes } = await bytesAt(`${board.url}${PLUGIN}/${path}?${key}`);
      const digest = digestOf(bytes);
      const told = files.has(digest) ? `${type} ${digest}` : `drawn ${pngSize(bytes)}`;
      steps.set(step, [...(steps.get(step) ?? []), told]);
    }
  }
  return [...steps];
}

export async function bytesAt(
  url: string,
): Promise<{ readonly type: string | null; readonly bytes: Buffer }> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Its first chunk begins with width and height. */
function pngSize(bytes: Buffer): string {
  return bytes.toString('latin1', 12, 16) === 'IHDR'
    ? `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`
    : `${bytes.length} bytes`;
}

async function textsOf(board: TensorBoard, run: string): Promise<ShownMedia['texts']> {
  const tags = (await board.textTags())[run] ?? [];
  const ofRun = tags.filter((tag) => !tag.startsWith('wandb/'));
  const found = await inGroups(ofRun, (tag) => board.texts(run, tag));
  return Object.fromEntries(
    found.map(([tag, texts]) => [tag, texts.map(({ step, text }) => [step, piecesOf(text)] as const)]),
  );
}

/** Text of the elements that have no others within. */
function piecesOf(html: string): string[] {
  const elements = html.matchAll(/<(td|th|li|code|strong|p)>([^<]*)<\/\1>/g);
  // Where files are is explained below their names.
  return [...elements].map(([, , text = '']) => plain(text).trim()).filter((text) => text !== '@files');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };

function plain(html: string): string {
  return html.replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, word: string) =>
    code === undefined ? (ENTITIES[word] ?? word) : String.fromCodePoint(Number(code)),
  );
}

async function curvesOf(board: TensorBoard, run: string, tag: string) {
  type Curve = Place & { readonly precision: readonly number[]; readonly recall: readonly number[] };
  const answer = await board.get<Record<string, Curve[]>>(`${PLUGIN}/pr_curves/pr_curves`, { run, tag });
  return answer[run]!.map(({ step, precision, recall }) => {
    const points = precision.map((value, i) => [value, recall[i]!]);
    // All curves have as many points: the last one of a shorter curve is repeated.
    const isNew = (point: readonly number[], i: number) => i === 0 || String(point) !== String(points[i - 1]);
    return [step, points.filter(isNew)] as const;
  });
}

async function meshesOf(board: TensorBoard, run: string, tag: string): Promise<ByTag<Mesh>[string]> {
  const places = await board.get<Place[]>(`${PLUGIN}/mesh/meshes`, { run, tag });
  const steps = [...new Set(places.map(({ step }) => step))];
  return await Promise.all(
    steps.map(async (step) => {
      const part = async (type: string) => {
        const query = new URLSearchParams({ run, tag, step: `${step}`, sample: '0', content_type: type });
        const { bytes } = await bytesAt(`${board.url}${PLUGIN}/mesh/data?${query}`);
        return new Uint8Array(bytes).buffer;
      };
      const [vertices, faces, colors] = await Promise.all(['VERTEX', 'FACE', 'COLOR'].map(part));
      const VERTEX = [...new Float32Array(vertices!)];
      return [
        step,
        { VERTEX, FACE: [...new Int32Array(faces!)], COLOR: [...new Uint8Array(colors!)] },
      ] as const;
    }),
  );
}

/** TensorBoard shows the newest graph of a tag alone. */
async function graphsOf(board: TensorBoard, run: string): Promise<ShownMedia['graphs']> {
  type Info = Readonly<Record<string, { readonly tags: Readonly<Record<string, unknown>> }>>;
  const tags = Object.keys((await board.get<Info>(`${PLUGIN}/graphs/info`))[run]?.tags ?? {});
  const found = await inGroups(tags, async (tag) => {
    const query = new URLSearchParams({ run, tag, conceptual: 'false' });
    const { bytes } = await bytesAt(`${board.url}${PLUGIN}/graphs/graph?${query}`);
    return inputsOf(bytes.toString());
  });
  return Object.fromEntries(found);
}

/** Of a graph in protobuf's text format. */
function inputsOf(text: string): Record<string, string[]> {
  const strings = (node: string, member: string) =>
    [...node.matchAll(new RegExp(`^ {2}${member}: "(.*)"$`, 'gm'))].map(([, value = '']) => value);
  const nodes = text.split(/^node \{$/m).slice(1);
  return Object.fromEntries(nodes.map((node) => [strings(node, 'name')[0] ?? '', strings(node, 'input')]));
}
