/**
 * TensorBoard's Graphs dashboard: graphs of models that a run logged.
 *
 * Of its kinds of graphs, that of `tf.summary.trace_export` lets a run have one for each tag; `__run_graph__` would be the
 * only one of a run. Summaries are a list of one blob, a `RunMetadata` with the graph in it, and metadata that say version
 * `1` (`tensorboard/plugins/graph/{metadata,graphs_plugin}.py`).
 * @module
 */

import { DATA_CLASS, runMetadataCodec, type SummaryMetadata } from '../protobuf/index.ts';
import { graphDefOf } from './graphs/graph-def.ts';
import { readJson } from './media/file-json.ts';
import { mediaFiles } from './media/media-file.ts';
import type { CellValue, Plugin } from './plugin.ts';
import type { Contents, SavedFileReference } from './saved-content.ts';

/** `PLUGIN_NAME_RUN_METADATA_WITH_GRAPH`. */
const NAME = 'graph_run_metadata_graph';
/** A node takes some hundred bytes; TensorBoard's page draws some thousand. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const METADATA: SummaryMetadata = {
  pluginData: { pluginName: NAME, content: new TextEncoder().encode('1') },
  dataClass: DATA_CLASS.blobSequence,
};

export const GRAPHS: Plugin = {
  name: NAME,
  dataClass: 'blob-sequence',
  typeName: 'graph',
  reservedTags: [],
  cells: [
    {
      accepts: (type) => type === 'graph-file',
      tag: (key) => key,
      metadata: METADATA,
      isSampled: true,
      needs: (text) => {
        const file = fileOf(text);
        return file === null ? [] : [{ kind: 'content', file, maxBytes: MAX_FILE_BYTES }];
      },
      read: readGraph,
    },
  ],
};

function fileOf(text: string): SavedFileReference | null {
  return mediaFiles(text)[0]?.file ?? null;
}

function readGraph(text: string, contents: Contents): readonly CellValue[] {
  const file = fileOf(text);
  const bytes = file === null ? 'lost' : contents.content(file, MAX_FILE_BYTES);
  const graph = typeof bytes === 'string' ? null : graphDefOf(readJson(bytes));
  if (graph === null) return [];
  const blob = runMetadataCodec.encode({ functionGraphs: [{ preOptimizationGraph: graph }] });
  return [{ suffix: '', metadata: METADATA, tensor: { shape: [1], strings: [blob] } }];
}
