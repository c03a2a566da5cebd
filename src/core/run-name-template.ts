/** Templates of run directory names, such as `{name}-{config.lr:.2g}-{id:4}`: parsed, and what is wrong with one. Pure. @module */

import { nearestName } from './nearest-name.ts';

/** Fields of a run itself. */
export const RUN_NAME_FIELDS = [
  'name',
  'id',
  'group',
  'jobType',
  'sweep',
  'user',
  'tags',
  'date',
  'time',
] as const;
export type RunNameField = (typeof RUN_NAME_FIELDS)[number];

/** A text as it is, or what a placeholder stands for; `format` '' leaves a value as it is. */
export type RunNamePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly field: RunNameField; readonly format: string }
  /** `path`: a key, with dots where keys nest. */
  | {
      readonly kind: 'value';
      readonly document: 'config' | 'summary';
      readonly path: string;
      readonly format: string;
    };

const PLACEHOLDER = /\{([^{}]*)\}/;
/** So many characters; or a number with so many digits: fixed, exponential or the shorter of both, as in C and Python. */
const FORMAT = /^(?:\d{1,3}|\.\d{1,2}[efg])$/;

/** The parts of a template, or a sentence on what is wrong with it. */
export function parseRunNameTemplate(template: string): readonly RunNamePart[] | string {
  const pieces = template.split(PLACEHOLDER);
  const parts: RunNamePart[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (i % 2 === 0) {
      if (/[{}]/.test(piece)) return 'a brace has no partner';
      if (piece !== '') parts.push({ kind: 'text', text: piece });
      continue;
    }
    const part = partOf(piece);
    if (typeof part === 'string') return part;
    parts.push(part);
  }
  const isFixed = parts.every(({ kind }) => kind === 'text');
  return isFixed ? 'without a placeholder every run would have the same name' : parts;
}

function partOf(placeholder: string): RunNamePart | string {
  // Keys may hold colons: what follows the last one is a format if it looks like one.
  const at = placeholder.lastIndexOf(':');
  const isFormatted = at >= 0 && FORMAT.test(placeholder.slice(at + 1));
  const name = isFormatted ? placeholder.slice(0, at) : placeholder;
  const format = isFormatted ? placeholder.slice(at + 1) : '';
  const [, document, path = ''] = /^(config|summary)\.(.+)$/su.exec(name) ?? [];
  if (document === 'config' || document === 'summary') return { kind: 'value', document, path, format };
  const field = RUN_NAME_FIELDS.find((known) => known === name);
  if (field !== undefined) return { kind: 'field', field, format };
  return `unknown placeholder {${placeholder}}${advice(name)}`;
}

function advice(name: string): string {
  const [word = '', format] = name.split(':');
  if (format !== undefined && RUN_NAME_FIELDS.some((known) => known === word))
    return ': after the colon stands a number of characters (4), or of digits (.3g, .2f, .1e)';
  const nearest = nearestName(name, [...RUN_NAME_FIELDS, 'config.KEY', 'summary.KEY']);
  return nearest === null ? '' : `: did you mean {${nearest}}?`;
}

/** A value as a format asks for it. */
export function formatted(value: string | number, format: string): string {
  if (format === '') return String(value);
  const digits = Number(/\d+/.exec(format)?.[0]);
  if (!format.startsWith('.')) return [...String(value)].slice(0, digits).join('');
  const number = Number(value);
  if (value === '' || Number.isNaN(number)) return String(value);
  switch (format.at(-1)) {
    case 'f':
      return number.toFixed(digits);
    case 'e':
      return number.toExponential(digits);
    default:
      return general(number, Math.max(1, digits));
  }
}

/** As C's `%g`: so many significant digits, without zeros at the end. */
function general(number: number, digits: number): string {
  if (!Number.isFinite(number)) return String(number);
  return String(Number(number.toPrecision(digits)));
}
