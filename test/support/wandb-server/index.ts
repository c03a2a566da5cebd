/**
 * A double of W&B's backend for tests: good enough for the real SDK to log to and to read back from.
 *
 *     await using server = await startWandbServer();
 *     const project = server.store.project('acme', 'vision');
 *     const run = project.addRun({ id: 'r', rows: [{ loss: 1 }, { loss: Number.NaN }] });
 *     run.exports.exportHistory({ codec: 'ZSTD' });
 *     run.append([{ loss: 0.5 }]);
 *     server.faults.add({ match: { run: 'r', field: 'history' }, effect: answerStatus(502), times: 2 });
 *     // … point a client at server.url with server.apiKey, then:
 *     expect(server.requests.count({ run: 'r' })).toBe(3);
 *
 * What it knows of the real backend stands in the comments of its parts; `options.ts` lists where servers differ.
 * @module
 */

import type { ServerOptions } from './options.ts';
import { WandbServer } from './server.ts';

export type { RequestFacts, RequestMatcher } from './http/request-facts.ts';
export { uploadRuns } from './local-folder.ts';
export type { Behaviour, ServerOptions } from './options.ts';
export type { ColumnRowsSpec } from './rows/column-rows.ts';
export type { JsonObject, JsonValue } from './rows/json-value.ts';
export * from './script/effects.ts';
export type { Fault, FaultSpec } from './script/fault-list.ts';
export type { RateLimitOptions } from './script/rate-limit.ts';
export type { LoggedRequest, RequestLog } from './script/request-log.ts';
export type { WandbServer } from './server.ts';
export type { Project } from './store/project.ts';
export type { Run } from './store/run.ts';
export type { ExportOptions } from './store/run-exports.ts';
export type { Rows, RunFacts, RunSpec, RunState } from './store/run-spec.ts';
export type { User } from './store/user.ts';
export type { WandbStore } from './store/wandb-store.ts';

/** Starts a server on a free loopback port; dispose of it to stop it. */
export async function startWandbServer(options: ServerOptions = {}): Promise<WandbServer> {
  return await WandbServer.start(options);
}
