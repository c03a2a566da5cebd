/** Names of entities, projects and runs, and who may see them: where tree, overview and data provider start from. @module */

export { type Caller, OPERATOR, type Operator, type RestrictedCaller } from './caller.ts';
export { Namespace, type NamespaceOptions } from './namespace.ts';
export type { NamedProject, NamespaceSnapshot } from './snapshot.ts';
