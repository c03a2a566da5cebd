/** Every value of media that the real SDK was recorded to log is shown by a plugin, or named with a reason. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NO_CONTENTS, notShownOf, type SeriesDictionary, TagTable } from '../../../src/plugins/index.ts';

/** Values by key as `run.log` left them in history: not part of the repository. */
const SAMPLES = fileURLToPath(new URL('../../../../shared/wandb/media-samples.json', import.meta.url));
const MISSING = existsSync(SAMPLES) ? null : `${SAMPLES} is not here`;

interface Sample {
  readonly key: string;
  readonly type: string;
  readonly json: string;
}

/** What dashboards show; the plugins that do, the first one's tag being the key. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  histogram: ['histograms'],
  'image-file': ['images', 'text'],
  'images/separated': ['images', 'text'],
  'audio-file': ['audio', 'text'],
  audio: ['audio', 'text'],
  // GIFs are pictures; what is none is named in a text.
  'video-file': ['images', 'text'],
  'table-file': ['text', 'pr_curves'],
  'object3D-file': ['mesh', 'text'],
  'graph-file': ['graph_run_metadata_graph'],
};
/** What none shows. */
const NAMED: ReadonlySet<string> = new Set([
  ...['html-file', 'html', 'plotly-file', 'bokeh-file', 'molecule-file'],
]);

/** Keys of nested values are joined with dots, as sources do. */
function samplesIn(value: object, path: readonly string[] = []): Sample[] {
  if ('_type' in value && typeof value._type === 'string')
    return [{ key: path.join('.'), type: value._type, json: JSON.stringify(value) }];
  return Object.entries(value).flatMap(([name, member]) => samplesIn(member as object, [...path, name]));
}

function recorded(): Sample[] {
  return MISSING === null ? samplesIn(JSON.parse(readFileSync(SAMPLES, 'utf8')) as object) : [];
}

/** A run that logs each of them once, as one shape after another. */
function runOf(samples: readonly Sample[]): {
  readonly dictionary: SeriesDictionary;
  readonly tags: TagTable;
} {
  const keys = samples.map(({ key }) => key);
  const shapes = samples.map(({ type }, i) => ({ kind: 'cell' as const, keys: [i], type }));
  const dictionary = { keys, shapes };
  return { dictionary, tags: new TagTable(dictionary) };
}

/** The text that stands for a value. */
function textOf(tags: TagTable, shapeId: number, json: string): string {
  const [summary] = tags.summariesOfCell(shapeId, json, NO_CONTENTS);
  const [bytes] =
    summary !== undefined && 'strings' in summary.content.tensor ? summary.content.tensor.strings : [];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('utf8') : '';
}

describe.skipIf(MISSING !== null)(
  `media that the SDK was recorded to log${MISSING === null ? '' : ` (skipped: ${MISSING})`}`,
  () => {
    const samples = recorded();
    const { dictionary, tags } = runOf(samples);

    it('are of all the types that are known here', () => {
      expect(samples).toHaveLength(27);
      expect(new Set(samples.map(({ type }) => type))).toEqual(new Set([...Object.keys(SHOWN), ...NAMED]));
    });

    it.each(samples.map((sample, shapeId) => [sample.key, sample, shapeId] as const))(
      '%s is shown by a plugin, or named with a reason',
      (_, { key, type, json }, shapeId) => {
        const counts = samples.map((_sample, i) => (i === shapeId ? 1 : 0));
        const notShown = notShownOf({ dictionary, shapeRows: counts, unread: {} });
        const plugins = tags.cellsOf(shapeId).map(({ plugin }) => plugin.name);
        expect(tags.tagsOf(shapeId)[0]).toBe(key);
        if (NAMED.has(type)) {
          expect(notShown).toMatchObject([
            { key, type, count: 1, reason: expect.stringContaining('no TensorBoard dashboard') },
          ]);
          expect(textOf(tags, shapeId, json)).toContain('@files/media/');
        } else {
          expect([notShown, tags.isHidden(shapeId)]).toEqual([[], false]);
          expect(plugins.slice(0, SHOWN[type]?.length)).toEqual(SHOWN[type]);
        }
      },
    );
  },
);
