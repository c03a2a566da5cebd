/**
 * A directory of the tree as a plain page. It is also read by machines that collect `<a href>`, fsspec among
 * them: links to entries are absolute paths, and directories carry no trailing slash, because TensorBoard
 * takes the base name of a link and would walk into the same directory for ever on an empty one. @module
 */

import type { VNode } from 'preact';
import { sizeText } from '../../core/index.ts';
import type { LogdirNode } from '../../tree/index.ts';
import { Head, htmlDocument, htmlList, nameText, pageHref } from '../pages/index.ts';
import { encodeName, encodeTreePath } from '../web/index.ts';

export interface Listing {
  readonly path: string;
  readonly entries: readonly LogdirNode[];
  readonly basePath: string;
}

/** Nothing but what the tree says: the same listing gives the same page. Rejects when `signal` is aborted. */
export async function listingPage(listing: Listing, signal: AbortSignal): Promise<string> {
  const { path, entries, basePath } = listing;
  const here = path === '' ? `${basePath}/logdir` : `${basePath}/logdir/${encodeTreePath(path)}`;
  const rows = await htmlList(entryRows(entries, here), signal);
  const hasSavedFiles = entries.some(({ name }) => name === 'run.json');
  return htmlDocument(
    <html lang="en">
      <Head title={`/${path}`} basePath={basePath} />
      <body class="listing">
        <main>
          <h1>
            <bdi>/{path}</bdi>
          </h1>
          <ParentLink path={path} basePath={basePath} />
          {rows === '' ? <p class="quiet">Nothing here yet.</p> : <EntryTable rows={rows} />}
          {hasSavedFiles ? <SavedFilesButton here={here} /> : null}
        </main>
      </body>
    </html>,
  );
}

/** What has a page, by depth in the tree. */
const PAGE_NOUNS = ['entity', 'project', 'run'] as const;
const PAGE_DEPTH = PAGE_NOUNS.length;

function ParentLink({ path, basePath }: Pick<Listing, 'path' | 'basePath'>): VNode {
  if (path === '') {
    return (
      <p>
        <a href={`${basePath}/`}>All projects</a>
      </p>
    );
  }
  const parent = path.includes('/') ? `/${encodeTreePath(path.slice(0, path.lastIndexOf('/')))}` : '';
  const words = path.split('/');
  // Queries below a project have no page of their own.
  const unlistedAt = words.findIndex((word) => word.startsWith('@'));
  const owners = words.slice(0, unlistedAt < 0 ? PAGE_DEPTH : Math.min(PAGE_DEPTH, unlistedAt));
  return (
    <p>
      <a href={`${basePath}/logdir${parent}`}>Parent directory</a> ·{' '}
      <a href={pageHref(basePath, ...owners)}>Page of this {PAGE_NOUNS[owners.length - 1]}</a>
    </p>
  );
}

/** A run's other files are no link: programs that follow links would fetch them all. */
function SavedFilesButton({ here }: { readonly here: string }): VNode {
  return (
    <form action={`${here}/@files`}>
      <button type="submit">Media, console output and other files of this run</button>
    </form>
  );
}

/** `rows`: as HTML, which `htmlList` has made of JSX: nothing in it is unescaped. */
function EntryTable({ rows }: { readonly rows: string }): VNode {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" class="number">
            Size
          </th>
          <th scope="col">Modified (UTC)</th>
        </tr>
      </thead>
      <tbody dangerouslySetInnerHTML={{ __html: rows }} />
    </table>
  );
}

/** `here`: address of the directory the entries lie in. */
function* entryRows(entries: readonly LogdirNode[], here: string): Iterable<VNode> {
  for (const entry of entries) yield <EntryRow entry={entry} here={here} />;
}

function EntryRow({ entry, here }: { readonly entry: LogdirNode; readonly here: string }): VNode {
  return (
    <tr>
      <td>
        <a href={`${here}/${encodeName(entry.name)}`}>
          <bdi>{nameText(entry.name)}</bdi>
        </a>
        {entry.kind === 'directory' ? '/' : null}
      </td>
      <td class="number">
        {entry.kind === 'file' ? <span title={`${entry.size} bytes`}>{sizeText(entry.size)}</span> : null}
      </td>
      <td>{utcText(entry.mtimeMs)}</td>
    </tr>
  );
}

function utcText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
}
