/** Media that hold anything, of files that are there, are not, or are others: event files stay sound, and show no other file. @module */

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, HistoryRow } from '../../src/core/index.ts';
import { MemoryStore } from '../../src/history/index.ts';
import { PLUGINS } from '../../src/plugins/index.ts';
import type { DataProvider } from '../../src/series/index.ts';
import { readEvents } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, collect, eventPath, readWhole, signal } from '../support/house.ts';
import { localSource, temporaryFolder } from '../support/local-runs.ts';
import { MEDIA_FACTS, MEDIA_RUN, mediaHouse } from '../support/media-run.ts';
import { EVERYTHING, providerOver } from '../support/provider.ts';
import { exitRecord, row } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { type RowValue, WandbLogWriter } from '../support/wandb-log-writer.ts';

const SECRET = 'nobody may read this';

/** One white pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==',
  'base64',
);
const FILES: ReadonlyMap<string, string | Uint8Array> = new Map<string, string | Uint8Array>([
  ['media/images/a_0_aa.png', PNG],
  ['media/images/mask.png', PNG],
  ['media/images/broken.png', 'no picture'],
  [
    'media/images/boxes.json',
    JSON.stringify({ box_data: [{ position: { minX: 0, maxX: 1, minY: 0, maxY: 1 } }] }),
  ],
  ['media/audio/a.wav', 'RIFF'],
  [
    'media/table/a.table.json',
    JSON.stringify({ columns: ['class', 'precision', 'recall'], data: [['x', 1, 0]] }),
  ],
  ['media/table/not.table.json', '{'],
  ['media/object3D/a.pts.json', '[[0,0,0],[1,1,1],[0,1,0]]'],
  ['media/object3D/a.obj', 'v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n'],
  ['media/object3D/a.glb', 'glTF'],
  ['media/graph/a.graph.json', '{"format":"keras","nodes":[{"id":"a","name":"a"}],"edges":[]}'],
  ['empty', ''],
]);
const TYPES = [
  ...['image-file', 'images/separated', 'audio-file', 'audio', 'video-file', 'videos', 'histogram'],
  ...['table-file', 'incremental-table-file', 'partitioned-table', 'joined-table', 'eval-table'],
  ...[
    'object3D-file',
    'object3D',
    'molecule-file',
    'molecule',
    'graph-file',
    'html-file',
    'html',
    'plotly-file',
  ],
  ...['bokeh-file', 'artifactVersion', 'wandb-table', 'toString', '__proto__', ''],
];
const MEMBERS = [
  ...[
    'path',
    'size',
    'sha256',
    'width',
    'height',
    'format',
    'caption',
    'captions',
    'filenames',
    'boxes',
    'masks',
  ],
  ...[
    'all_boxes',
    'all_masks',
    'audio',
    'videos',
    'objects',
    'html',
    'nrows',
    'ncols',
    'count',
    'values',
    'bins',
  ],
  ...['packedBins', 'artifact_path', 'parts_path', 'log_mode', '__proto__', 'constructor'],
];

const path = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...FILES.keys()) },
  fc.constantFrom(
    ...['', '.', '..', '../secret.png', '../../secret.png', 'media/../../secret.png', '/etc/passwd'],
    ...[
      'a\0b.png',
      'media',
      'media/',
      'link.png',
      'links/secret.png',
      'gone.png',
      'gone.wav',
      'gone.table.json',
    ],
    ...[
      `${'x'.repeat(300)}.png`,
      `${'deep/'.repeat(900)}a.png`,
      'C:\\secret.png',
      '..\\secret.png',
      '%2e%2e/secret.png',
    ],
  ),
);
const sizeOf = (name: string) => Buffer.byteLength(FILES.get(name) ?? '');
const size = fc.oneof(
  fc.constantFrom(...[...FILES.keys()].map(sizeOf), 0, 1, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, 5000),
);
const file = fc.record(
  { path, size, sha256: fc.oneof(fc.constant('0'.repeat(64)), fc.constant(7)) },
  { requiredKeys: ['path'] },
);
const anything = fc.jsonValue({ maxDepth: 3 });
const layers = fc.dictionary(fc.constantFrom('truth', 'guess', '__proto__', ''), fc.oneof(file, anything), {
  maxKeys: 3,
});
const rightValue = fc.oneof(
  { weight: 3, arbitrary: path },
  { weight: 3, arbitrary: fc.array(fc.oneof(path, file, anything), { maxLength: 4 }) },
  { weight: 2, arbitrary: layers },
  size,
  fc.record({ min: anything, size: anything, count: fc.oneof(fc.array(fc.nat()), anything) }),
  anything,
);

/** Mostly as the SDK writes it; each member may be anything. */
const mediaJson = fc
  .tuple(
    fc.constantFrom(...TYPES),
    fc.option(file),
    fc.record({ width: fc.constantFrom(1, 64), height: fc.constantFrom(1, 64), ncols: fc.constant(3) }),
    fc.option(layers),
    fc.dictionary(fc.constantFrom(...MEMBERS), rightValue, { maxKeys: 4 }),
  )
  .map(([type, named, sizes, boxes, others]) =>
    JSON.stringify({ _type: type, ...named, ...sizes, ...(boxes && { boxes, masks: boxes }), ...others }),
  );
const cellText = fc.oneof(
  { weight: 12, arbitrary: mediaJson },
  { weight: 2, arbitrary: mediaJson.map((text) => text.replace(/:\d+/, ':NaN')) },
  mediaJson.map((text) => text.slice(0, -1)),
  fc
    .constantFrom(...TYPES)
    .map((type) => `{"_type":"${type}","boxes":${'['.repeat(3000)}${']'.repeat(3000)}}`),
  fc
    .constantFrom(...TYPES)
    .map((type) => `{"_type":"${type}","filenames":[${'"gone.png",'.repeat(1200)}"gone.png"]}`),
  anything.map((value) => JSON.stringify(value)),
);
const cells = fc
  .dictionary(fc.constantFrom('a', 'b', 'c/d', 'wandb/overview'), cellText, { maxKeys: 3 })
  .map((byKey): Cell[] =>
    Object.keys(byKey)
      .sort()
      .map((key) => ({ key, kind: 'json', text: byKey[key]! })),
  );
const rows = fc
  .array(fc.tuple(cells, fc.integer({ min: -2, max: 3 })), { minLength: 1, maxLength: 14 })
  .map((drawn) => {
    let step = 0;
    return drawn.map(([held, go]): HistoryRow => {
      step = Math.max(0, step + go);
      return row(step, { loss: step / 3 }, held);
    });
  });

function sourceOf(present: ReadonlySet<string>): ScriptedSource {
  const source = new ScriptedSource();
  for (const [name, content] of FILES) if (present.has(name)) source.files.set(name, content);
  return source;
}

/** Everything that any plugin shows, blobs included. */
async function readEverything(provider: DataProvider): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for (const plugin of PLUGINS) {
    await provider.list(plugin, EVERYTHING, { signal });
    const read = await provider.read(plugin, EVERYTHING, 100, { signal });
    if (read.dataClass === 'tensor')
      for (const { tags } of read.entries)
        for (const [, points] of tags)
          for (const { tensor } of points)
            if ('strings' in tensor)
              found.push(...tensor.strings.filter((part) => part instanceof Uint8Array));
    if (read.dataClass !== 'blob-sequence') continue;
    for (const { tags } of read.entries)
      for (const [, points] of tags)
        for (const { blobKeys } of points)
          for (const key of blobKeys)
            for await (const piece of provider.readBlob(key, { signal })) found.push(piece);
  }
  return Buffer.concat(found);
}

const present = fc.uniqueArray(fc.constantFrom(...FILES.keys())).map((names) => new Set(names));

describe('values of media that hold anything', () => {
  it('make an event file of its size that decodes, is the same however it is read, and when it is opened anew', async () => {
    await fc.assert(
      fc.asyncProperty(rows, present, fc.array(fc.nat(), { maxLength: 6 }), async (history, there, cuts) => {
        await using folder = await temporaryFolder();
        const source = sourceOf(there);
        let first: Buffer;
        {
          await using house = await mediaHouse([...history, exitRecord()], { source, cacheDir: folder.path });
          const { path, bytes } = await house.file();
          first = bytes;
          expect(await house.tree.stat(path, COMPLETE)).toMatchObject({ size: first.length });
          await using opened = await house.tree.open(path, COMPLETE);
          const places = [0, ...cuts.map((cut) => cut % (first.length + 1)), first.length].sort(
            (a, b) => a - b,
          );
          const pieces: Buffer[] = [];
          for (const [i, end] of places.entries())
            if (i > 0) pieces.push(await collect(opened.read({ start: places[i - 1]!, end }, { signal })));
          expect(Buffer.concat(pieces).equals(first)).toBe(true);
          await readEverything(providerOver(house));
        }
        await using house = await mediaHouse([], { source, cacheDir: folder.path });
        expect((await house.file()).bytes.equals(first)).toBe(true);
      }),
      { numRuns: scaled(60, 200) },
    );
  });

  it('never change what was served, and come to the same bytes however the history was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        present,
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 14 }),
        fc.integer({ min: 1, max: 20 }),
        async (history, there, portions, batchSize) => {
          const source = sourceOf(there);
          const store = () => new MemoryStore({ maxBytes: 1e9 });
          await using atOnce = await mediaHouse(history, { source: sourceOf(there), store: store() });
          const whole = await atOnce.file();
          source.batchSize = batchSize;
          source.add(MEDIA_RUN, [MEDIA_FACTS]);
          await using growing = await mediaHouse([], { source, store: store() });
          let served: Buffer = Buffer.alloc(0);
          let at = 0;
          for (const portion of [...portions, history.length]) {
            const next = history.slice(at, at + portion);
            if (next.length === 0) break;
            at += portion;
            source.push(MEDIA_RUN, ...next);
            const { path, bytes } = await growing.file();
            expect(path).toBe(whole.path);
            expect(bytes.subarray(0, served.length).equals(served)).toBe(true);
            served = bytes;
          }
          expect(served.equals(whole.bytes)).toBe(true);
        },
      ),
      { numRuns: scaled(60, 200) },
    );
  });
});

/** As the SDK keeps them: dicts are written leaf by leaf. */
function rowOf(held: readonly Cell[], step: number): Record<string, RowValue> {
  const values: Record<string, RowValue> = { _step: step, _timestamp: 1.7e9 + step, loss: step };
  for (const { key, text } of held) {
    try {
      values[key] = JSON.parse(text) as RowValue;
    } catch {
      values[key] = text;
    }
  }
  return values;
}

describe('a folder of a run with links out of it and paths that lead up', () => {
  it('shows nothing of what is beside it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 8 }), present, async (drawn, there) => {
        await using folder = await temporaryFolder();
        const run = join(folder.path, 'wandb/run-20240101_000000-abc');
        const log = drawn.reduce(
          (writer, held, step) => writer.row(rowOf(held, step)),
          new WandbLogWriter({ style: 'python' }).begin('abc'),
        );
        await folder.write('wandb/run-20240101_000000-abc/run-abc.wandb', log.exit().bytes());
        for (const name of ['secret.png', 'wandb/secret.png', 'wandb/run-20240101_000000-abc/secret.png'])
          await folder.write(name, Buffer.from(SECRET));
        await mkdir(join(run, 'files'), { recursive: true });
        await symlink('../secret.png', join(run, 'files/link.png'));
        await symlink('..', join(run, 'files/links'));
        for (const name of there) {
          await mkdir(join(run, 'files', name, '..'), { recursive: true });
          await writeFile(join(run, 'files', name), FILES.get(name)!);
        }
        await using house = await buildHouse({ sources: [localSource(folder.path)] });
        const [listed] = [...house.history.catalogue.runs.values()];
        await listed!.update();
        const directory = 'acme/research/abc';
        const bytes = await readWhole(house.tree, await eventPath(house.tree, directory));
        readEvents(bytes);
        const shown = await readEverything(providerOver(house));
        expect(bytes.includes(SECRET) || shown.includes(SECRET)).toBe(false);
      }),
      { numRuns: scaled(40, 150) },
    );
  });
});
