/** A value of a config or summary by its key, with dots where keys nest. Pure. @module */

import type { DocumentEntry } from '../../history/index.ts';
import { isMembers, parseWandbJson } from '../../wandb-json/index.ts';

/**
 * W&B's JSON of the value; undefined where there is none, or keys nest further. Logs hold nested values by their paths or as JSON of the topmost key, as
 * their SDK has it. Keys may hold dots themselves: of two readings of a path the one with the longer first key holds.
 */
export function valueAtPath(entries: readonly DocumentEntry[], path: string): string | undefined {
  let found: string | undefined;
  let longest = -1;
  for (const { path: parts, json } of entries) {
    const own = parts.length === 1 ? parts[0]! : parts.join('.');
    if (own === path && json.startsWith('{')) continue;
    if (own === path && parts.length === 1) return json;
    const firstLength = parts[0]?.length ?? 0;
    if (firstLength <= longest) continue;
    const value = own === path ? json : within(json, own, path);
    if (value === undefined) continue;
    found = value;
    longest = firstLength;
  }
  return found;
}

/** The value at the rest of a path, within the JSON of an object that stands at its beginning. */
function within(json: string, own: string, path: string): string | undefined {
  if (!json.startsWith('{') || !path.startsWith(own) || path[own.length] !== '.') return undefined;
  const value = member(parseWandbJson(json), path.slice(own.length + 1));
  return value === undefined || isMembers(value) ? undefined : JSON.stringify(value);
}

function member(value: unknown, path: string): unknown {
  if (!isMembers(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const key = path.slice(0, dot);
    const inner = Object.hasOwn(value, key) ? member(value[key], path.slice(dot + 1)) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
