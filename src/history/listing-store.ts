/**
 * What remote sources listed, kept on disk: after a restart the runs are there, also while the server is not.
 *
 *     <cache>/listings-v1/<32 hex>.jsonl    one line for people, then a run a line, as JSON
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../observability/index.ts';
import type { ListOptions, RunListing } from '../sources/index.ts';

const FOLDER = 'listings-v1';
/** Lines made at a time, so that ten thousand runs hold nobody up. */
const LINES_PER_TURN = 500;

type Place = NonNullable<ListOptions['project']>;

export class ListingStore {
  readonly #folder: string;
  readonly #logger: Logger;
  /** By file: checksum of what was last written. */
  readonly #written = new Map<string, string>();

  constructor(cacheDir: string, logger: Logger) {
    this.#folder = join(cacheDir, FOLDER);
    this.#logger = logger;
  }

  /** The runs of a project as last kept; none when there are none, or they can't be read. */
  async load(origin: string, place: Place): Promise<readonly RunListing[]> {
    try {
      const [, ...lines] = (await readFile(this.#path(origin, place), 'utf8')).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as RunListing);
    } catch {
      return [];
    }
  }

  /** Keeps them, whole or not at all. A disk that takes no more is no reason to fail. */
  async save(origin: string, place: Place, listings: readonly RunListing[]): Promise<void> {
    const path = this.#path(origin, place);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const text = await textOf(`${origin} ${place.entity}/${place.project}`, listings);
      const checksum = createHash('sha256').update(text).digest('hex');
      if (this.#written.get(path) === checksum) return;
      await mkdir(this.#folder, { recursive: true });
      await writeFile(temporary, text);
      await rename(temporary, path);
      this.#written.set(path, checksum);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      this.#logger.debug({ err: error, path }, 'the list of runs could not be kept');
    }
  }

  #path(origin: string, { entity, project }: Place): string {
    const hash = createHash('sha256')
      .update(JSON.stringify([origin, entity, project]))
      .digest('hex');
    return join(this.#folder, `${hash.slice(0, 32)}.jsonl`);
  }
}

async function textOf(title: string, listings: readonly RunListing[]): Promise<string> {
  const parts = [JSON.stringify(title)];
  for (let at = 0; at < listings.length; at += LINES_PER_TURN) {
    for (const listing of listings.slice(at, at + LINES_PER_TURN)) parts.push(JSON.stringify(listing));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return `${parts.join('\n')}\n`;
}
