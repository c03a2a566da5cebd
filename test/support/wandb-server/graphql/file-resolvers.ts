/** Files: listings with names or a pattern, and where their bytes are. @module */

import type { Artifact } from '../store/artifact.ts';
import { dateTime, opaqueId } from '../store/identifiers.ts';
import type { Run } from '../store/run.ts';
import type { StoredFile } from '../store/run-file.ts';
import { type Connection, pageOf } from './connection.ts';
import type { Context } from './context.ts';
import type { ResolverMap } from './resolver-map.ts';

export interface FileListArguments {
  readonly names?: readonly string[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
  /** Of SQL's LIKE: `%` is any text, `_` any character. */
  readonly pattern?: string | null;
}

/** A file as the API shows it; `file` null: it was only asked an upload URL for. */
export interface FileNode {
  readonly name: string;
  readonly file: StoredFile | null;
  readonly run?: Run;
  readonly artifact?: Artifact;
  readonly uploadUrl?: string;
}

/** Files by name; an empty list of names asks for all. */
export function filesOf(
  files: Iterable<StoredFile>,
  owner: Pick<FileNode, 'run' | 'artifact'>,
  args: FileListArguments,
): Connection<FileNode> {
  const { names, pattern } = args;
  const like = pattern ? likeExpression(pattern) : null;
  const items = [...files]
    .filter(({ name }) => !names?.length || names.includes(name))
    .filter(({ name }) => like === null || like.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((file): FileNode => ({ name: file.name, file, ...owner }));
  const isAfter = ({ name }: FileNode, key: unknown) => name > String(key);
  return pageOf({ items, keyOf: ({ name }) => name, isAfter }, args);
}

function likeExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 's');
}

export const FILE_RESOLVERS: ResolverMap = {
  File: {
    id: ({ name, run, artifact }: FileNode) => opaqueId('File', run?.storageId ?? artifact?.id ?? '', name),
    displayName: ({ name }: FileNode) => name,
    url: apiUrl,
    directUrl,
    sizeBytes: ({ file }: FileNode) => String(file?.sizeBytes ?? 0),
    mimetype: ({ file }: FileNode) => file?.mimetype,
    updatedAt: ({ file }: FileNode) => (file === null ? null : dateTime(file.updatedAt)),
    md5: ({ file }: FileNode) => file?.md5,
    digest: ({ file }: FileNode) => file?.md5,
    storagePath: ({ name }: FileNode) => name,
    uploadHeaders: () => [],
  },
};

/** Under the API: asks for a key. Files of artifacts have none. */
function apiUrl({ run, artifact, name, file }: FileNode, _: unknown, context: Context): string | null {
  if (run === undefined) return directUrl({ name, file, ...(artifact ? { artifact } : {}) }, _, context);
  const parts = [run.project.entity, run.project.name, run.name, ...name.split('/')];
  return `${context.apiOrigin}/files/${parts.map(encodeURIComponent).join('/')}`;
}

/** Signed: asks for no key, and expires. */
function directUrl({ file, run, artifact }: FileNode, _: unknown, { storage }: Context): string | null {
  return file === null ? null : storage.signedUrl(file, run?.name ?? artifact?.facts.runName);
}
