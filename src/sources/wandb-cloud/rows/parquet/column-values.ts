/** Decoded columns in the form in which they cross threads: numbers side by side, everything else as JSON has it. @module */

import type { DecodedArray } from 'hyparquet';
import type { ColumnValues } from './column.ts';
import { plainValue } from './plain-value.ts';

/** Values of a column as hyparquet decodes them. Unions whose values all are numbers are numbers. */
export function columnValues(decoded: DecodedArray): ColumnValues {
  const count = decoded.length;
  const numbers = new Float64Array(count);
  const absent = new Uint8Array(count);
  let absences = 0;
  for (let row = 0; row < count; row++) {
    const value = plainValue(decoded[row]);
    if (typeof value === 'number') numbers[row] = value;
    else if (typeof value === 'boolean') numbers[row] = Number(value);
    else if (value === undefined) {
      absent[row] = 1;
      absences++;
    } else return { kind: 'any', values: Array.from(decoded, (item) => plainValue(item)) };
  }
  if (absences === count) return { kind: 'none' };
  return { kind: 'numbers', values: numbers, absent: absences === 0 ? null : absent };
}
