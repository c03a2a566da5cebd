/** Values of tables as text. Pure. @module */

import { compactJson, parseWandbJson } from '../wandb-json/index.ts';
import { JsonCell, type TableValue } from './columns.ts';

/** The shortest text that reads back as the same float64. Python's words for what is no finite number. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return finiteText(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

/** JavaScript prints -0 as 0; with a fraction it is a float to every reader. */
function finiteText(value: number): string {
  return value === 0 && Object.is(value, -0) ? '-0.0' : String(value);
}

/** A value as strict JSON on one line. What is no finite number is a string, as W&B's own answers have it: "NaN", "Infinity". */
export function jsonText(value: TableValue): string {
  if (typeof value === 'number')
    return Number.isFinite(value) ? finiteText(value) : JSON.stringify(String(value));
  return value instanceof JsonCell ? strictJson(value.text) : JSON.stringify(value);
}

/** W&B's JSON text, in which NaN may stand bare, as it is where it is strict JSON, so that no digit of it changes. */
function strictJson(text: string): string {
  try {
    JSON.parse(text);
    // Between tokens alone may a line of JSON break.
    return text.replace(/[\r\n]/g, ' ');
  } catch {
    return strictAnew(text);
  }
}

function strictAnew(text: string): string {
  try {
    return compactJson(parseWandbJson(text), Number.POSITIVE_INFINITY);
  } catch {
    return JSON.stringify(text);
  }
}

/** Whether a value is the null that was logged: columns of numbers and of strings have nothing there. */
export function isNull(value: TableValue): boolean {
  return value instanceof JsonCell && value.text === 'null';
}
