/** What is kept of a server's listing. */

import { expect, it } from 'vitest';
import { type EntityName, type ProjectName, runKey } from '../../../src/core/index.ts';
import { ListingStore } from '../../../src/history/catalogue/listing-store.ts';
import { MemoryStore, type RunListing } from '../../../src/history/index.ts';
import { silentLogger } from '../../../src/observability/index.ts';

const OWNER = { entity: 'acme' as EntityName, project: 'vision' as ProjectName, origin: 'api.wandb.ai' };

const listing = (runId: string): RunListing => ({
  key: runKey('acme', 'vision', runId),
  displayName: `run ${runId}`,
  group: null,
  jobType: null,
  startTime: 1.7e9,
  isStartCertain: true,
  state: 'finished',
  modifiedAtMs: 1.7e12,
  locations: [],
});

it('comes back as it was, and a damaged line takes no other with it', async () => {
  const store = new MemoryStore({ maxBytes: 1e6 });
  const listings = ['a', 'b', 'c'].map(listing);
  await new ListingStore(store, silentLogger()).save(OWNER, listings);
  expect(await new ListingStore(store, silentLogger()).load(OWNER)).toEqual(listings);
  const text = Buffer.from((await store.readDocument(OWNER, 'listing.jsonl'))!).toString('utf8');
  await store.writeDocument(OWNER, 'listing.jsonl', Buffer.from(text.replace('"run b"', '"run b')));
  expect(await new ListingStore(store, silentLogger()).load(OWNER)).toEqual([listings[0], listings[2]]);
});
