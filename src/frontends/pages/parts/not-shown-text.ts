/** What of a run TensorBoard does not show, in words. @module */

import { pluralText } from '../../../core/index.ts';

/** W&B's types by what people call them. */
const NOUNS: readonly (readonly [pattern: RegExp, noun: string])[] = [
  [/^images?\b/, 'image'],
  [/^audio\b/, 'audio clip'],
  [/^videos?\b/, 'video'],
  [/^(?:[\w-]+-)?table\b/, 'table'],
  [/^histogram\b/, 'histogram'],
  [/^html\b/, 'HTML page'],
  [/^(?:plotly|bokeh|plot)\b/, 'plot'],
  [/^object3D\b/, '3D object'],
  [/^molecules?\b/, 'molecule'],
  [/^graph\b/, 'graph'],
  [/^list$/, 'list'],
];

/** `6 images, 2 tables`: of each noun the sum, in the order of their first types. '' for none. */
export function notShownText(values: readonly { readonly type: string; readonly count: number }[]): string {
  const counts = new Map<string, number>();
  for (const { type, count } of values) {
    const noun = nounOf(type);
    counts.set(noun, (counts.get(noun) ?? 0) + count);
  }
  return [...counts].map(([noun, count]) => pluralText(count, noun)).join(', ');
}

function nounOf(type: string): string {
  const known = NOUNS.find(([pattern]) => pattern.test(type))?.[1];
  return known ?? (type === '' || type === 'object' ? 'object' : `${type} value`);
}
