/** Runs of the real SDK that are served, with what TensorBoard must show of each. @module */

import { expect } from 'vitest';
import { type LoggedText, scalarSeries, sdkRows, textSeries } from './expected-series.ts';
import { logIn } from './local-runs.ts';
import type { ServedRuns } from './served-runs.ts';
import type { ScalarPoint, TensorBoard } from './tensorboard.ts';

const ENTITY = 'acme';
/** An answer of TensorBoard's takes 40 ms, however small it is: its head and its body wait for each other. */
const ASKED_AT_A_TIME = 16;

interface RunDocument {
  readonly id: string;
  readonly source: { readonly locations: readonly string[] };
  readonly series: readonly { readonly tag: string; readonly stepMetric?: string }[];
}

/** One run as it must be shown: its name below the entity, and its points per tag. */
export interface SdkRun {
  readonly run: string;
  readonly id: string;
  readonly series: ReadonlyMap<string, readonly ScalarPoint[]>;
  readonly texts: ReadonlyMap<string, readonly LoggedText[]>;
  /** By tag: the metric whose values are its steps. */
  readonly stepMetrics: ReadonlyMap<string, string>;
}

export async function sdkRuns(served: ServedRuns): Promise<SdkRun[]> {
  const runs = await servedRuns(served);
  // One Python for all: starting it takes longer than reading.
  const rows = await sdkRows(runs.flatMap(({ logs }) => logs));
  return runs.map(({ run, id, logs, stepMetrics }) => {
    const all = logs.flatMap((log) => rows.get(log) ?? []);
    return { run, id, series: scalarSeries(all, stepMetrics), texts: textSeries(all), stepMetrics };
  });
}

async function servedRuns(served: ServedRuns) {
  const found: {
    readonly run: string;
    readonly id: string;
    readonly logs: readonly string[];
    readonly stepMetrics: ReadonlyMap<string, string>;
  }[] = [];
  for (const project of await served.list(ENTITY)) {
    for (const { name } of await served.list(`${ENTITY}/${project.name}`)) {
      const run = `${project.name}/${name}`;
      const document = (await served.read(`${ENTITY}/${run}/run.json`)).toString();
      const { id, source, series } = JSON.parse(document) as RunDocument;
      const stepMetrics = new Map(
        series.flatMap(({ tag, stepMetric }) => (stepMetric === undefined ? [] : [[tag, stepMetric]])),
      );
      found.push({ run, id, logs: await Promise.all(source.locations.map(logIn)), stepMetrics });
    }
  }
  return found;
}

/** Every run, every tag of its history and every point is shown, and none beside. Gives the number of points. */
export async function expectAllShown(board: TensorBoard, runs: readonly SdkRun[]): Promise<number> {
  expect(await board.runs()).toEqual(runs.map(({ run }) => run).toSorted());
  const historyTags = async () =>
    Object.entries(await board.scalarTags()).map(
      ([run, tags]) => [run, tags.filter((tag) => !/^(?:system|wandb)\//.test(tag))] as const,
    );
  const complete = Object.fromEntries(runs.map(({ run, series }) => [run, [...series.keys()].toSorted()]));
  const shown = await board.until(
    historyTags,
    (tags) => tags.flat(2).length >= Object.entries(complete).flat(2).length,
  );
  expect(Object.fromEntries(shown)).toEqual(complete);
  let points = 0;
  for (const { run, series } of runs) {
    const given = await inGroups([...series.keys()], (tag) => board.scalars(run, tag));
    for (const [tag, shownPoints] of given) points += expectSame([run, tag], shownPoints, series.get(tag)!);
  }
  return points;
}

/** Asks for several at a time. */
export async function inGroups<T>(
  names: readonly string[],
  ask: (name: string) => Promise<T>,
): Promise<[string, T][]> {
  const answers: [string, T][] = [];
  for (let at = 0; at < names.length; at += ASKED_AT_A_TIME) {
    const group = names.slice(at, at + ASKED_AT_A_TIME);
    answers.push(
      ...(await Promise.all(group.map(async (name): Promise<[string, T]> => [name, await ask(name)]))),
    );
  }
  return answers;
}

/** Points compared. */
function expectSame(
  of: readonly string[],
  given: readonly ScalarPoint[],
  wanted: readonly ScalarPoint[],
): number {
  expect([of, given.length]).toEqual([of, wanted.length]);
  const wrong = wanted.findIndex((point, i) => point.some((part, j) => !Object.is(part, given[i]![j])));
  expect([of, wrong < 0 ? null : [wanted[wrong], given[wrong]]]).toEqual([of, null]);
  return given.length;
}
