/** What the keys of a server's rows are: axes, bookkeeping or values, and what values are called. @module */

import type { KeyTypes } from './key-types.ts';

export interface KeyRule {
  /** `none`: bookkeeping of the SDK, in no row. */
  readonly role: 'step' | 'timestamp' | 'value' | 'none';
  /** What the key is called in our rows. */
  readonly name: string;
  /** Whether the words NaN and Infinity are numbers under this key. */
  readonly isNumeric: boolean;
}

/** Rules of one kind of row. */
export interface KeyRules {
  /** The rule of a dotted key. */
  of(key: string): KeyRule;
  /** The key rows are in order of: `_step` or `_timestamp`. */
  readonly axis: 'step' | 'timestamp';
  /** Whether rows hold values that are not numbers. */
  readonly hasCells: boolean;
}

const SYSTEM_PREFIX = 'system.';

/** `_runtime` and `_wandb` are left out as the local source leaves them out. */
export function historyRules(types: KeyTypes): KeyRules {
  const of = (key: string): KeyRule => ({ role: roleOf(key), name: key, isNumeric: types.isNumeric(key) });
  return { axis: 'step', hasCells: true, of };
}

/**
 * Rules of system metrics, which are numbers or nothing. The server puts `system.` before the names that a local log
 * has; a sample's `_step`, if it has one, says nothing.
 */
export const SYSTEM_RULES: KeyRules = {
  axis: 'timestamp',
  hasCells: false,
  of: (key) => {
    const role = roleOf(key);
    const name = key.startsWith(SYSTEM_PREFIX) ? key.slice(SYSTEM_PREFIX.length) : key;
    return { role: role === 'step' ? 'none' : role, name, isNumeric: true };
  },
};

function roleOf(key: string): KeyRule['role'] {
  if (key === '_step') return 'step';
  if (key === '_timestamp') return 'timestamp';
  return key === '_runtime' || key === '_wandb' || key.startsWith('_wandb.') ? 'none' : 'value';
}
