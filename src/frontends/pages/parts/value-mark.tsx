/** A value of a config or summary, as short as a cell of a table wants it, exact in its title. @module */

import type { VNode } from 'preact';
import type { ShownValue } from '../../../overview/index.ts';
import { valueText } from './human-text.ts';

/** Of a text in a cell. */
const MAX_CHARACTERS = 40;

export function ValueMark({ value }: { readonly value: ShownValue | null }): VNode {
  if (value === null) return <span class="quiet">–</span>;
  if (value.kind === 'number') {
    const text = valueText(value.value);
    const exact = String(value.value);
    return <span title={text === exact ? undefined : exact}>{text}</span>;
  }
  const { text } = value;
  if (text === '') return <span class="quiet">“”</span>;
  if (text.length <= MAX_CHARACTERS) return <bdi>{text}</bdi>;
  return <bdi title={text}>{`${text.slice(0, MAX_CHARACTERS)}…`}</bdi>;
}

/** Numbers stand below each other. */
export function isNumber(value: ShownValue | null): boolean {
  return value?.kind === 'number';
}
