/**
 * The points of one run as TensorBoard gets them of a data server, and what it is told of each series: its metadata and its
 * end.
 * @module
 */

import { type DataClass, PLUGINS, type Plugin } from '../plugins/index.ts';
import type { ReadRequest, SummaryMetadata } from '../protobuf/index.ts';
import type { Mismatch } from './compare.ts';
import type { DataProviderClient } from './data-provider-client.ts';
import { type PointSeries, type SeriesPoint, SeriesSet } from './point-series.ts';
import type { TagGroups } from './tag-groups.ts';
import { blobsText, metadataText, tensorProtoText } from './value-text.ts';

/** More than any series has. */
const ALL_POINTS = 2 ** 31 - 1;

interface SeriesEntry<Data> {
  readonly tagName?: string;
  readonly data?: Data;
}

interface ListedEntry {
  readonly tagName?: string;
  readonly metadata?: { maxStep?: number; maxWallTime?: number; summaryMetadata?: SummaryMetadata };
}

interface Times {
  readonly step?: ArrayLike<number>;
  readonly wallTime?: ArrayLike<number>;
}

const LIST_CALLS = {
  scalar: 'ListScalars',
  tensor: 'ListTensors',
  'blob-sequence': 'ListBlobSequences',
} as const satisfies Record<DataClass, string>;

export interface ProviderPoints {
  readonly series: SeriesSet;
  /** Where what a list tells is not what is read. */
  readonly mismatches: readonly Mismatch[];
}

/** The points of a group of tags. `name`: the run's. @throws LogdirError */
export async function readProviderPoints(
  client: DataProviderClient,
  name: string,
  { groups, group }: { readonly groups: TagGroups; readonly group: number },
): Promise<ProviderPoints> {
  const series = new SeriesSet();
  const mismatches: Mismatch[] = [];
  for (const plugin of PLUGINS) {
    if (plugin.dataClass !== 'scalar' && group > 0) continue;
    const isOfGroup = (tag: string) => plugin.dataClass !== 'scalar' || groups.of(tag) === group;
    const listed = (await listSeries(client, plugin, name)).filter(({ tagName = '' }) => isOfGroup(tagName));
    if (listed.length === 0) continue;
    const tags = listed.map(({ tagName = '' }) => tagName);
    const metadata = new Map(listed.map((entry) => [entry.tagName ?? '', listedMetadata(entry)]));
    const read = new ReadSeries(plugin, metadata, series);
    await read.all(client, requestFor(plugin, name, tags));
    for (const entry of listed) mismatches.push(...endMismatch(entry, series.byTag.get(entry.tagName ?? '')));
  }
  return { series, mismatches };
}

async function listSeries(
  client: DataProviderClient,
  plugin: Plugin,
  name: string,
): Promise<readonly ListedEntry[]> {
  const { runs = [] } = await client.call(LIST_CALLS[plugin.dataClass], {
    pluginFilter: { pluginName: plugin.name },
    runTagFilter: { runs: { names: [name] } },
  });
  return runs.flatMap(({ tags = [] }): readonly ListedEntry[] => tags);
}

function requestFor(plugin: Plugin, name: string, tags: readonly string[]): ReadRequest {
  return {
    pluginFilter: { pluginName: plugin.name },
    runTagFilter: { runs: { names: [name] }, tags: { names: tags } },
    downsample: { numPoints: ALL_POINTS },
  };
}

function listedMetadata({ metadata }: ListedEntry): string {
  return metadataText(metadata?.summaryMetadata ?? {});
}

/** Reads what a plugin shows of a run. */
class ReadSeries {
  readonly #plugin: Plugin;
  readonly #metadata: ReadonlyMap<string, string>;
  readonly #series: SeriesSet;

  constructor(plugin: Plugin, metadata: ReadonlyMap<string, string>, series: SeriesSet) {
    this.#plugin = plugin;
    this.#metadata = metadata;
    this.#series = series;
  }

  async all(client: DataProviderClient, request: ReadRequest): Promise<void> {
    switch (this.#plugin.dataClass) {
      case 'scalar': {
        const entries = tagsOf(await client.call('ReadScalars', request));
        for (const { tagName, data } of entries)
          this.#pushAll(tagName, data, (series, step, wallTime, i) =>
            series.pushNumber(step, wallTime, data?.value?.[i] ?? Number.NaN),
          );
        break;
      }
      case 'tensor': {
        const entries = tagsOf(await client.call('ReadTensors', request));
        for (const { tagName, data } of entries)
          this.#pushAll(tagName, data, (series, step, wallTime, i) =>
            series.pushText(step, wallTime, tensorProtoText(data?.value?.[i] ?? {})),
          );
        break;
      }
      case 'blob-sequence':
        await this.#readBlobs(client, request);
    }
  }

  async #readBlobs(client: DataProviderClient, request: ReadRequest): Promise<void> {
    for (const { tagName, data } of tagsOf(await client.call('ReadBlobSequences', request))) {
      const texts: string[] = [];
      for (const { blobRefs = [] } of data?.values ?? []) {
        const blobs: Uint8Array[] = [];
        for (const { blobKey = '' } of blobRefs) blobs.push(await client.blob(blobKey));
        texts.push(blobsText(blobs));
      }
      this.#pushAll(tagName, data, (series, step, wallTime, i) =>
        series.pushText(step, wallTime, texts[i] ?? 'no value'),
      );
    }
  }

  #pushAll(
    tag = '',
    { step = [], wallTime = [] }: Times = {},
    push: (series: PointSeries, step: number, wallTime: number, index: number) => void,
  ): void {
    const kind = this.#plugin.dataClass === 'scalar' ? 'scalar' : 'text';
    const series = this.#series.of(tag, kind, this.#metadata.get(tag) ?? 'not listed');
    for (let i = 0; i < step.length; i++) push(series, step[i]!, wallTime[i] ?? Number.NaN, i);
  }
}

function tagsOf<Data>({
  runs = [],
}: {
  readonly runs?: readonly { readonly tags?: readonly SeriesEntry<Data>[] }[];
}): readonly SeriesEntry<Data>[] {
  return runs.flatMap(({ tags = [] }) => tags);
}

/** A list tells where each series ends. */
function endMismatch(
  { tagName: tag = '', metadata }: ListedEntry,
  series: PointSeries | undefined,
): Mismatch[] {
  const { maxStep: step = 0, maxWallTime: wallTime = 0 } = metadata ?? {};
  let newest: SeriesPoint | null = null;
  for (const point of series?.points() ?? []) newest = point;
  if (newest?.step === step && newest.wallTime === wallTime) return [];
  const read = newest === null ? null : `step ${newest.step} at wall time ${newest.wallTime}`;
  return [{ kind: 'end', tag, step, logged: read, found: `listed as step ${step} at wall time ${wallTime}` }];
}
