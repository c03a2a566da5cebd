/** The S3 door on a free loopback port, and what its XML says. @module */

import { type Clock, systemClock } from '../../src/core/index.ts';
import { createS3, type S3Access } from '../../src/frontends/s3/index.ts';
import { createWebServer, type HttpServer } from '../../src/frontends/web/index.ts';
import { createMetrics, type Metrics, silentLogger } from '../../src/observability/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';

export interface ServedS3Options {
  readonly access?: S3Access;
  readonly bucket?: string;
  readonly domains?: readonly string[];
  readonly clock?: Clock;
  readonly metrics?: Metrics;
}

export function serveS3(tree: LogdirTree, options: ServedS3Options = {}): Promise<HttpServer> {
  const { access = { kind: 'open' }, domains = ['localhost'], clock = systemClock } = options;
  const { metrics = createMetrics({ processMetrics: false }) } = options;
  const doors = [createS3({ access, domains, clock, ...(options.bucket && { bucket: options.bucket }) })];
  const { signal } = new AbortController();
  return createWebServer({ treeOf: () => tree, doors, logger: silentLogger(), metrics }).listen({
    ...{ host: '127.0.0.1', port: 0, signal },
  });
}

/** Contents of all elements of a name, in their order. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, 'gs'))].map(
    ([, inner]) => inner!,
  );
}

/** Text of the first element of a name; undefined where there is none. */
export function textOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name)[0]?.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

export interface ListedPage {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly isTruncated: boolean;
  readonly next: string | undefined;
}

/** A page of keys, of either version, with names decoded where they were asked for encoded. */
export function listedPage(xml: string): ListedPage {
  const isEncoded = textOf(xml, 'EncodingType') === 'url';
  const name = (inner: string, element: string) => {
    const text = textOf(inner, element) ?? '';
    return isEncoded ? decodeURIComponent(text) : text;
  };
  const keys = elementsOf(xml, 'Contents').map((inner) => name(inner, 'Key'));
  const isTruncated = textOf(xml, 'IsTruncated') === 'true';
  const marker = textOf(xml, 'NextMarker');
  return {
    keys,
    prefixes: elementsOf(xml, 'CommonPrefixes').map((inner) => name(inner, 'Prefix')),
    isTruncated,
    next:
      textOf(xml, 'NextContinuationToken') ??
      (marker && name(xml, 'NextMarker')) ??
      (isTruncated ? keys.at(-1) : undefined),
  };
}
