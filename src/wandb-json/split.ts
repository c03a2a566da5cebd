/**
 * Splits W&B's JSON text into the texts of its leaves, and puts values at paths together again. How leaves were written
 * is kept: NaN and Infinity may stand bare, integers may exceed 2^53. @module
 */

import { type JsonValue, parseWandbJson } from './parse.ts';

/** A member of an object, with its value as the text it was written in. */
export interface JsonMember {
  readonly key: string;
  readonly text: string;
}

/** Deeper nesting than any history row has; beyond it an object is kept whole instead of being taken apart. */
const MAX_DEPTH = 64;

/** The string a JSON string literal stands for; undefined when the text is not one. */
export function parseJsonString(text: string): string | undefined {
  if (!text.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The members of a JSON object in order; undefined when the text is not an object. Leaves are not checked. */
export function splitJsonObject(text: string): readonly JsonMember[] | undefined {
  const members: JsonMember[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return undefined;
  at = skipSpace(text, at + 1);
  if (text[at] === '}') return members;
  for (;;) {
    const keyEnd = skipString(text, at);
    const key = parseJsonString(text.slice(at, keyEnd));
    at = skipSpace(text, keyEnd);
    if (key === undefined || text[at] !== ':') return undefined;
    const start = skipSpace(text, at + 1);
    const end = skipValue(text, start);
    if (end === start) return undefined;
    members.push({ key, text: text.slice(start, end).trimEnd() });
    if (text[end] === '}') return members;
    if (text[end] !== ',') return undefined;
    at = skipSpace(text, end + 1);
  }
}

/** A leaf reached by walking through plain objects. */
export interface JsonLeaf {
  readonly path: readonly string[];
  readonly text: string;
}

/**
 * Every leaf of a value, objects walked through. An object whose `_type` is a string is a leaf (a media value),
 * and so are lists, empty objects and whatever is not JSON.
 */
export function flattenJson(path: readonly string[], text: string): readonly JsonLeaf[] {
  const members = path.length < MAX_DEPTH ? splitJsonObject(text) : undefined;
  if (members === undefined || members.length === 0 || members.some(isTypeTag)) return [{ path, text }];
  return members.flatMap((member) => flattenJson([...path, member.key], member.text));
}

/** Whether a member marks its object as a media value. */
export function isTypeTag(member: JsonMember): boolean {
  return member.key === '_type' && member.text.startsWith('"');
}

function skipSpace(text: string, at: number): number {
  let end = at;
  while (text[end] === ' ' || text[end] === '\n' || text[end] === '\t' || text[end] === '\r') end++;
  return end;
}

/** The index after the string literal at `at`; `at` itself when there is none. */
function skipString(text: string, at: number): number {
  if (text[at] !== '"') return at;
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return Math.min(end + 1, text.length);
}

/** The index of the `,` or closing bracket after the value at `at`, brackets balanced, strings passed over. */
function skipValue(text: string, at: number): number {
  let depth = 0;
  let end = at;
  while (end < text.length) {
    const char = text[end]!;
    if (char === '"') {
      end = skipString(text, end);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (depth === 0) return end;
      depth--;
    } else if (char === ',' && depth === 0) return end;
    end++;
  }
  return end;
}

/** A key path and W&B's JSON text for it. */
export interface PathValue {
  readonly path: readonly string[];
  readonly json: string;
}

/**
 * The object that values set at paths add up to, later ones refining earlier ones. Keys are kept verbatim,
 * `__proto__` included.
 */
export function objectOfPaths(entries: readonly PathValue[]): { [key: string]: JsonValue } {
  const root = emptyObject();
  for (const { path, json } of entries) {
    let node = root;
    for (const key of path.slice(0, -1)) node = childObject(node, key);
    setOwn(node, path.at(-1) ?? '', parseWandbJson(json));
  }
  return root;
}

function emptyObject(): { [key: string]: JsonValue } {
  return {};
}

function childObject(node: { [key: string]: JsonValue }, key: string): { [key: string]: JsonValue } {
  const child = Object.hasOwn(node, key) ? node[key] : undefined;
  if (typeof child === 'object' && child !== null && !Array.isArray(child)) return child;
  const made = emptyObject();
  setOwn(node, key, made);
  return made;
}

/** Assignment would call the setter of `__proto__`. */
function setOwn(node: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
}
