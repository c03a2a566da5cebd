/**
 * Values that no dashboard of TensorBoard shows: which files they are and where, or else W&B's JSON of them.
 *
 * Types: `_log_type` and `seq_to_json` in `wandb/sdk/data_types/`; `artifactVersion` of `wandb/util.py`.
 * @module
 */

import { countText, sizeText } from '../../core/index.ts';
import { type Members, membersOf, parseWandbJson, textMember } from '../../wandb-json/index.ts';
import { isClip, isPicture } from '../media/blob.ts';
import { type MediaFile, mediaFiles } from '../media/media-file.ts';
import { readerOf } from '../mesh/readers.ts';
import type { CellSeries } from '../plugin.ts';
import { textTensor } from '../summary.ts';
import { compactValue } from './compact-value.ts';
import { escapedCut, pathText, savedPlace } from './markdown.ts';
import { isTableType } from './tables.ts';
import { TEXT_METADATA } from './text-metadata.ts';

/** Types that other series show, all values of them. */
const OTHERS: ReadonlySet<string> = new Set([
  'string',
  'null',
  'list',
  'object',
  'histogram',
  'image-file',
  'images/separated',
  'graph-file',
]);

const MAX_FILES = 100;
/** Of the list of files, in UTF-8. */
const MAX_BYTES = 7 * 1024;
const MAX_TYPE_CHARACTERS = 100;
const MAX_CAPTION_CHARACTERS = 200;
const MAX_JSON_CHARACTERS = 1000;

/** Why TensorBoard does not show it, and what does; by types. */
const NOTES: ReadonlyMap<string, string> = new Map(
  [
    ['html-file html', 'No TensorBoard dashboard shows HTML; it opens in a browser.'],
    [
      'plotly-file',
      'No TensorBoard dashboard shows Plotly figures; `plotly.io.read_json` of Python opens it.',
    ],
    ['bokeh-file', 'No TensorBoard dashboard shows Bokeh plots; `Document.from_json` of Bokeh takes it.'],
    ['molecule-file molecule', 'No TensorBoard dashboard shows molecules; viewers of molecules do.'],
    ['video-file videos', 'No TensorBoard dashboard plays video; browsers and media players do.'],
    ['audio-file audio', 'The Audio dashboard plays WAV files alone; media players play others.'],
    [
      'object3D-file object3D',
      'The Mesh dashboard shows .pts.json, .obj and .glb, one object at a time; 3D viewers open others.',
    ],
    [
      'pytorch-model-file sklearn-model-file tfkeras-model-file',
      'No TensorBoard dashboard shows saved models; the library that wrote it loads it.',
    ],
    ['wb_trace_tree', 'No TensorBoard dashboard shows traces.'],
    ['artifactVersion', 'Artifacts are not served; W&B has it.'],
  ].flatMap(([types = '', note = '']) => types.split(' ').map((type) => [type, note])),
);
const OTHER_NOTE = 'No TensorBoard dashboard shows values of this type.';

export const NAMED_MEDIA: CellSeries = {
  accepts: (type) => !OTHERS.has(type) && !isTableType(type),
  tag: (key) => key,
  metadata: null,
  namesOnly: true,
  read: (text) => {
    const markdown = mediaMarkdown(text);
    if (markdown === null) return [];
    return [{ suffix: '', metadata: TEXT_METADATA, tensor: textTensor(markdown) }];
  },
};

/** Null where dashboards show all files. */
function mediaMarkdown(text: string): string | null {
  const members = membersOf(parseWandbJson(text));
  const type = textMember(members, '_type') ?? '';
  const note = NOTES.get(type) ?? OTHER_NOTE;
  const name = `**${escapedCut(type.trim(), MAX_TYPE_CHARACTERS).trim() || 'value'}**`;
  const files = mediaFiles(text);
  if (files.length > 0) {
    const named = filesToName(type, files);
    return named.length === 0 ? null : filesMarkdown(name, named, note);
  }
  const reference = artifactReference(members);
  if (reference !== undefined) return `- ${name}: ${pathText(reference)}, in an artifact of W&B.\n\n${note}`;
  return `${name}\n\n${compactValue(text, MAX_JSON_CHARACTERS)}\n\n${note}`;
}

/** Those that no dashboard shows. */
function filesToName(type: string, files: readonly MediaFile[]): readonly MediaFile[] {
  switch (type) {
    case 'video-file':
    case 'videos':
      return files.filter((file) => !isPicture(file));
    case 'audio-file':
    case 'audio':
      return files.filter((file) => !isClip(file));
    case 'object3D-file':
    case 'object3D': {
      // The Mesh dashboard has one object for each tag and step.
      const shown = files.find(({ file }) => readerOf(file.file) !== undefined);
      return files.filter((file) => file !== shown);
    }
    default:
      return files;
  }
}

function filesMarkdown(name: string, files: readonly MediaFile[], note: string): string {
  const lines: string[] = [];
  let room = MAX_BYTES;
  for (const file of files.slice(0, MAX_FILES)) {
    const line = fileLine(name, file);
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    lines.push(line);
  }
  const more = files.length - lines.length;
  if (more > 0) lines.push(`- and ${countText(more)} more`);
  return [...lines, '', `\`@files\` is in the run's directory. ${note}`].join('\n');
}

function fileLine(name: string, { file, caption }: MediaFile): string {
  const size = file.size === null ? '' : `, ${sizeText(file.size)}`;
  const told = caption === null ? '' : ` ${escapedCut(caption, MAX_CAPTION_CHARACTERS)}`;
  return `- ${name}${size}: ${savedPlace(file.file)}${told}`;
}

/** The first there is: `artifact_path`, where a value has it. */
function artifactReference(members: Members): string | undefined {
  return [members['artifact_path'], ...Object.values(members)].find(
    (member): member is string =>
      typeof member === 'string' && /^wandb-(?:client-)?artifact:\/\//.test(member),
  );
}
