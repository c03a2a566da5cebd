/** A value of a config or summary, as short as a cell of a table wants it, exact in its title. @module */

import type { VNode } from 'preact';
import type { ShownValue } from '../../../overview/index.ts';
import { valueText } from './human-text.ts';

/** Of a text in a cell. */
const MAX_CHARACTERS = 40;

/** How a value reads; `title`: all of it, where the text is shorter. */
interface ReadValue {
  readonly text: string;
  readonly title?: string | undefined;
  readonly kind: 'number' | 'text' | 'quiet';
}

function readValue(value: ShownValue | null): ReadValue {
  if (value === null) return { text: '–', kind: 'quiet' };
  if (value.kind === 'number') {
    const text = valueText(value.value);
    const exact = String(value.value);
    return { text, title: text === exact ? undefined : exact, kind: 'number' };
  }
  const { text } = value;
  if (text === '') return { text: '“”', kind: 'quiet' };
  if (text.length <= MAX_CHARACTERS) return { text, kind: 'text' };
  return { text: `${text.slice(0, MAX_CHARACTERS)}…`, title: text, kind: 'text' };
}

export function ValueMark({ value }: { readonly value: ShownValue | null }): VNode {
  const { text, title, kind } = readValue(value);
  if (kind === 'text') return <bdi title={title}>{text}</bdi>;
  return (
    <span class={kind === 'quiet' ? 'quiet' : undefined} title={title}>
      {text}
    </span>
  );
}

/** The same as a cell of a table that becomes cards: one element, for a large table has tens of thousands. */
export function valueCell(value: ShownValue | null, label: string): VNode {
  const { text, title, kind } = readValue(value);
  return (
    <td role="cell" class={kind} data-label={label} title={title}>
      {kind === 'text' ? <bdi>{text}</bdi> : text}
    </td>
  );
}
