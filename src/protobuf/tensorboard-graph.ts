/** What TensorBoard's Graphs and Custom Scalars dashboards read of a run, as proto/tensorboard_graph.proto declares it. @module */

import { type Codec, codecOf } from './codec.ts';

/** Graphs that belong to one tag; a single one is shown as it is. */
export interface RunMetadata {
  functionGraphs?: readonly { preOptimizationGraph?: GraphDef }[];
}

export interface GraphDef {
  node?: readonly NodeDef[];
}

export interface NodeDef {
  /** Unique in its graph; groups of nodes stand before it, each with a slash after it. */
  name?: string;
  op?: string;
  /** Names of nodes; with `^` before them where no data flows, only order is told. */
  input?: readonly string[];
  attr?: Readonly<Record<string, AttrValue>>;
}

/** At most one member is set. */
export interface AttrValue {
  list?: { shape?: readonly ShapeProto[] };
  s?: Uint8Array;
  i?: number;
}

export interface ShapeProto {
  /** `size`: -1 where it is not known. */
  dim?: readonly { size?: number }[];
}

export const runMetadataCodec: Codec<RunMetadata> = codecOf('tensorboard.RunMetadata');

/** Charts of the Custom Scalars dashboard. */
export interface Layout {
  version?: number;
  category?: readonly Category[];
}

export interface Category {
  title?: string;
  chart?: readonly Chart[];
  closed?: boolean;
}

export interface Chart {
  title?: string;
  /** Regular expressions of Python, matched from a tag's start: what they match are the chart's lines. */
  multiline?: { tag?: readonly string[] };
}

export const layoutCodec: Codec<Layout> = codecOf('tensorboard.Layout');
