/** ListObjects and ListObjectsV2: one page of keys, as XML. Format: Amazon S3 API Reference. @module */

import type { LogdirTree } from '../../../tree/index.ts';
import type { Reply } from '../../web/index.ts';
import { xmlReply } from '../protocol/error-reply.ts';
import { uriEncodePath } from '../protocol/uri.ts';
import { element, textElement, xmlDocument } from '../protocol/xml.ts';
import { type ListedKey, walkKeys } from './key-walk.ts';
import { continuationToken, type ListQuery } from './list-query.ts';

/** Everything is W&B's, seen through this server: there are no accounts of S3 behind it. */
export const OWNER: string = element(
  'Owner',
  textElement('ID', 'wandb'),
  textElement('DisplayName', 'wandb'),
);

/** What is listed, and under which name. */
export interface ListedBucket {
  readonly name: string;
  readonly tree: LogdirTree;
}

interface Page {
  readonly listed: readonly ListedKey[];
  /** Whether there is more. */
  readonly isTruncated: boolean;
}

export async function listObjects(
  { name, tree }: ListedBucket,
  query: ListQuery,
  signal: AbortSignal,
): Promise<Reply> {
  const page = await takePage(tree, query, signal);
  const names = new NameElements(query.isEncoded);
  const keys = page.listed.map((listed) => listedElement(listed, query, names));
  const children = [
    textElement('Name', name),
    ...headElements(query, names),
    ...pageElements(page, query, names),
    ...keys,
  ];
  return xmlReply(200, xmlDocument('ListBucketResult', children));
}

async function takePage(tree: LogdirTree, query: ListQuery, signal: AbortSignal): Promise<Page> {
  const listed: ListedKey[] = [];
  if (query.maxKeys === 0) return { listed, isTruncated: false };
  for await (const next of walkKeys(tree, query, signal)) {
    if (listed.length === query.maxKeys) return { listed, isTruncated: true };
    listed.push(next);
  }
  return { listed, isTruncated: false };
}

/** Elements whose text is a key or a part of one. */
class NameElements {
  readonly #isEncoded: boolean;

  constructor(isEncoded: boolean) {
    this.#isEncoded = isEncoded;
  }

  of(name: string, text: string): string {
    return textElement(name, this.#isEncoded ? uriEncodePath(text) : text);
  }
}

/** What was asked for. */
function headElements(query: ListQuery, names: NameElements): string[] {
  const { version, prefix, delimiter, maxKeys, isEncoded, startAfter } = query;
  return [
    // Version 1 repeats the prefix as it is: boto3 decodes every other name.
    version === 1 ? textElement('Prefix', prefix) : names.of('Prefix', prefix),
    ...(delimiter === '' ? [] : [names.of('Delimiter', delimiter)]),
    ...(version === 1 ? [names.of('Marker', query.after)] : []),
    ...(startAfter === undefined ? [] : [names.of('StartAfter', startAfter)]),
    ...(query.continuationToken === undefined
      ? []
      : [textElement('ContinuationToken', query.continuationToken)]),
    textElement('MaxKeys', maxKeys),
    ...(isEncoded ? [textElement('EncodingType', 'url')] : []),
  ];
}

/** How to go on. Without a delimiter clients of version 1 go on after the last key. */
function pageElements({ listed, isTruncated }: Page, query: ListQuery, names: NameElements): string[] {
  const last = listed.at(-1)?.key ?? '';
  const elements = [textElement('IsTruncated', isTruncated)];
  if (query.version === 2) elements.push(textElement('KeyCount', listed.length));
  if (!isTruncated) return elements;
  if (query.version === 2) elements.push(textElement('NextContinuationToken', continuationToken(last)));
  else if (query.delimiter !== '') elements.push(names.of('NextMarker', last));
  return elements;
}

function listedElement(listed: ListedKey, { showsOwner }: ListQuery, names: NameElements): string {
  if (listed.kind === 'prefix') return element('CommonPrefixes', names.of('Prefix', listed.key));
  const { mtimeMs, etag, size } = listed.file;
  return element(
    'Contents',
    names.of('Key', listed.key),
    textElement('LastModified', timestamp(mtimeMs)),
    textElement('ETag', etag),
    textElement('Size', size),
    textElement('StorageClass', 'STANDARD'),
    ...(showsOwner ? [OWNER] : []),
  );
}

/** In whole seconds, as `Last-Modified` has them: clients compare the two. */
function timestamp(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}
