/**
 * Objects of Kubernetes in one form, whichever tool rendered them. Both tools have their own way to restart pods when a
 * ConfigMap changes: kustomize gives it another name, the chart the pods an annotation.
 * @module
 */

import { parse } from 'yaml';

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const HASHED = /^(wandb-logdir-config)-[a-z0-9]{10}$/;
/** Labels by which Helm knows what is its own. */
const OF_HELM = ['helm.sh/chart', 'app.kubernetes.io/managed-by', 'app.kubernetes.io/version'];
const OF_ROLLOUTS = 'checksum/config';

/** By kind and name. Lists whose items have names are by these: their order means nothing, but for containers that start first. */
export function sameForm(objects: readonly KubernetesObject[]): Readonly<Record<string, Json>> {
  const formed = objects.map((object) => normal(object as unknown as Json) as unknown as KubernetesObject);
  return Object.fromEntries(
    formed
      .map((object) => [`${object.kind} ${object.metadata.name}`, object as unknown as Json] as const)
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
}

function normal(value: Json, key = ''): Json {
  if (typeof value === 'string')
    return key === 'config.yaml' ? sorted(parse(value)) : value.replace(HASHED, '$1');
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => normal(item));
    return key === 'initContainers' ? items : items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([name]) => !OF_HELM.includes(name) && name !== OF_ROLLOUTS)
    .map(([name, part]) => [name, normal(part, name)] as const)
    .filter(([name, part]) => !(name === 'annotations' && Object.keys(part as object).length === 0));
  return Object.fromEntries(entries);
}

function sorted(value: Json): Json {
  return Object.fromEntries(Object.entries(value as object).toSorted(([a], [b]) => a.localeCompare(b)));
}

/** Equal for all items without a name, which then stay in their order. */
function nameOf(item: Json): string {
  const { name = '' } = typeof item === 'object' && item !== null ? (item as { readonly name?: string }) : {};
  return String(name);
}
