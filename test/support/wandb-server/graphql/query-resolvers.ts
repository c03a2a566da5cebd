/** The roots of queries, users, entities and projects. @module */

import type { JsonObject, JsonValue } from '../rows/json-value.ts';
import { dateTime, opaqueId } from '../store/identifiers.ts';
import type { Project } from '../store/project.ts';
import type { Run } from '../store/run.ts';
import type { Sweep } from '../store/sweep.ts';
import type { User } from '../store/user.ts';
import { type Connection, type PageArguments, pageOf } from './connection.ts';
import { type Context, visibleProject } from './context.ts';
import type { ResolverMap } from './resolver-map.ts';
import { type RunListArguments, runPage, runsMatching } from './run-list.ts';

/** An entity is a name: a user's or a team's. */
interface EntityName {
  readonly name: string;
}

interface ProjectArguments {
  readonly name?: string | null;
  readonly entityName?: string | null;
}

/** A page of runs, and the project it is of: the connection itself has fields. */
type RunConnection = Connection<Run> & { readonly runs: readonly Run[] };

export const QUERY_RESOLVERS: ResolverMap = {
  Query: {
    viewer: (_: unknown, __: unknown, { viewer }) => viewer,
    serverInfo: (_: unknown, __: unknown, { behaviour }) => ({
      cliVersionInfo: { max_cli_version: '9.9.9' },
      features: behaviour.features.map((name) => ({ name, isEnabled: true })),
    }),
    entity: (_: unknown, { name }: { name?: string }) => (name === undefined ? null : { name }),
    models: (_: unknown, args: PageArguments & { entityName?: string }, context) =>
      projectPage(args.entityName ?? context.viewer?.defaultEntity ?? '', args, context),
    project: (_: unknown, args: ProjectArguments, context) =>
      visibleProject(context, args.entityName, args.name),
    model: (_: unknown, args: ProjectArguments, context) =>
      visibleProject(context, args.entityName, args.name),
  },
  User: {
    name: ({ username }: User) => username,
    admin: () => false,
    flags: () => '{}',
    entity: ({ defaultEntity }: User) => defaultEntity,
    apiKeys: () => ({ edges: [] }),
    teams: ({ teams }: User) => ({ edges: teams.map((name) => ({ node: { name } })) }),
  },
  Entity: {
    id: ({ name }: EntityName) => opaqueId('Entity', name),
    isTeam: ({ name }: EntityName, _: unknown, { store }) => !store.users.has(name),
    projects: ({ name }: EntityName, args: PageArguments, context) => projectPage(name, args, context),
  },
  Project: {
    entityName: ({ entity }: Project) => entity,
    entity: ({ entity }: Project) => ({ name: entity }),
    access: ({ access }: Project) => (access === 'public' ? 'USER_READ' : 'PRIVATE'),
    createdAt: ({ createdAt }: Project) => dateTime(createdAt),
    isBenchmark: () => false,
    readOnly: (project: Project, _: unknown, { viewer }) => !project.mayWrite(viewer),
    user: ({ owner }: Project, _: unknown, { store }) => store.person(owner),
    runCount: (project: Project, { filters }: RunListArguments) => runsMatching(project, filters).length,
    runs: (project: Project, args: RunListArguments): RunConnection => ({
      ...runPage(project, args),
      runs: runsMatching(project, args.filters),
    }),
    run: ({ runs }: Project, { name }: { name: string }) => runs.get(name),
    bucket: ({ runs }: Project, { name }: { name: string }) => awaited(runs.get(name)),
    sweep: ({ sweeps }: Project, { sweepName }: { sweepName: string }) => sweeps.get(sweepName),
    sweeps: ({ sweeps }: Project, args: PageArguments) =>
      pageOf({ items: [...sweeps.values()], keyOf: ({ name }) => name }, args),
    totalSweeps: ({ sweeps }: Project) => sweeps.size,
    allViews: () => pageOf({ items: [], keyOf: () => null }, {}),
    fields: (project: Project, args: PageArguments & { pattern?: string }) => fieldPage(project, args),
  },
  RunConnection: {
    historyKeys: ({ runs }: RunConnection) => allKeys(runs),
  },
  Sweep: {
    id: ({ name }: Sweep) => opaqueId('Sweep', name),
    createdAt: ({ createdAt }: Sweep) => dateTime(createdAt),
    runCount: ({ name }: Sweep, _: unknown, { store }) => runsOfSweep(store.projects, name).length,
    runs: ({ name }: Sweep, args: PageArguments, { store }) =>
      pageOf({ items: runsOfSweep(store.projects, name), keyOf: (run) => run.name }, args),
  },
};

/** The SDK asks for a `bucket` only when it is about to resume the run. */
function awaited(run: Run | undefined): Run | undefined {
  if (run !== undefined) run.isAwaited = true;
  return run;
}

function runsOfSweep(projects: readonly Project[], sweepName: string): readonly Run[] {
  return projects.find(({ sweeps }) => sweeps.has(sweepName))?.runsOfSweep(sweepName) ?? [];
}

function projectPage(entity: string, args: PageArguments, { store, viewer }: Context): Connection<Project> {
  const items = store.projects.filter((project) => project.entity === entity && project.mayRead(viewer));
  return pageOf({ items, keyOf: ({ name }) => name }, args);
}

/** Keys of all runs together, as `runs { historyKeys }` gives them. */
function allKeys(runs: readonly Run[]): JsonObject {
  const documents = runs.map(({ history }) => history.statistics().describe());
  const keys: Record<string, JsonValue> = {};
  for (const document of documents) Object.assign(keys, document['keys']);
  const lastStep = Math.max(-1, ...documents.map((document) => Number(document['lastStep'])));
  return { sets: [], lastStep, keys };
}

/** Paths such as `summary_metrics.loss` and `config.lr.value`, of all runs. */
function fieldPage(project: Project, args: PageArguments & { pattern?: string }) {
  const found = new Map<string, string>();
  for (const { summary, config } of project.runs.values()) {
    for (const [key, value] of Object.entries(summary)) found.set(`summary_metrics.${key}`, typeof value);
    for (const key of Object.keys(config)) found.set(`config.${key}.value`, 'string');
  }
  const items = [...found]
    .map(([path, type]) => ({ path, type }))
    .filter(({ path }) => !args.pattern || path.includes(args.pattern.replaceAll('%', '')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return pageOf({ items, keyOf: ({ path }) => path }, args);
}
