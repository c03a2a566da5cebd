/**
 * A directory of the tree as a plain page. It is also read by machines that collect `<a href>`, fsspec among
 * them: links to entries are absolute paths, and directories carry no trailing slash, because TensorBoard
 * takes the base name of a link and would walk into the same directory for ever on an empty one. @module
 */

import type { LogdirNode } from '../../tree/index.ts';
import { type Html, html } from './html.ts';
import { nameText, sizeText } from './human-text.ts';
import { encodeName, encodeTreePath } from './tree-path.ts';

export interface Listing {
  readonly path: string;
  readonly entries: readonly LogdirNode[];
  readonly basePath: string;
}

/** Nothing but what the tree says: the same listing gives the same page. */
export function listingPage({ path, entries, basePath }: Listing): string {
  const here = path === '' ? `${basePath}/logdir` : `${basePath}/logdir/${encodeTreePath(path)}`;
  const empty = html`<p class="quiet">Nothing here yet.</p>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>/${path}</title>
<link rel="icon" type="image/svg+xml" href="${basePath}/assets/icon.svg"><link rel="stylesheet" href="${basePath}/assets/style.css"></head>
<body class="listing"><main><h1><bdi>/${path}</bdi></h1>${parentLink(path, basePath)}
${entries.length === 0 ? empty : table(entries, here)}${savedLink(entries, here)}</main></body></html>
`.text;
}

function parentLink(path: string, basePath: string): Html {
  if (path === '') return html`<p><a href="${basePath}/">All projects</a></p>`;
  const parent = path.includes('/') ? `/${encodeTreePath(path.slice(0, path.lastIndexOf('/')))}` : '';
  return html`<p><a href="${basePath}/logdir${parent}">Parent directory</a></p>`;
}

/** A run's other files are no link: programs that follow links would fetch them all. */
function savedLink(entries: readonly LogdirNode[], here: string): Html | null {
  if (!entries.some(({ name }) => name === 'run.json')) return null;
  return html`<form action="${here}/@files"><button>Media, console output and other files of this run</button></form>`;
}

function table(entries: readonly LogdirNode[], here: string): Html {
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col" class="number">Size</th><th scope="col">Modified (UTC)</th></tr></thead>
<tbody>${entries.map((entry) => row(entry, here))}</tbody></table>`;
}

function row(entry: LogdirNode, here: string): Html {
  const size =
    entry.kind === 'file' ? html`<span title="${entry.size} bytes">${sizeText(entry.size)}</span>` : '';
  const mark = entry.kind === 'directory' ? '/' : '';
  return html`<tr><td><a href="${here}/${encodeName(entry.name)}"><bdi>${nameText(entry.name)}</bdi></a>${mark}</td><td class="number">${size}</td><td>${utcText(entry.mtimeMs)}</td></tr>
`;
}

function utcText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
}
