/** The members of a value that W&B's JSON is an object of. @module */

import { parseWandbJson } from '../../wandb-json/index.ts';

/** Any member may be anything. */
export type Members = Readonly<Record<string, unknown>>;

/** None of a text that is no JSON object. */
export function membersOf(text: string): Members {
  const value = parseWandbJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** A member that is text, and not empty. */
export function textMember(members: Members, name: string): string | undefined {
  const member = members[name];
  return typeof member === 'string' && member !== '' ? member : undefined;
}
