/** JSON text of a value, written no further than somebody will read. @module */

import type { JsonValue } from './wandb-json.ts';

/**
 * The JSON text of a value without spaces, complete if it has at most `maxCharacters`, else cut somewhere beyond
 * them. Costs as much as is written, and takes values nested deeper than `JSON.stringify` can go. Numbers that JSON
 * lacks are strings.
 */
export function compactJson(value: JsonValue, maxCharacters: number): string {
  let text = '';
  // One character for each level at least, so the depth is bounded too.
  const write = (part: JsonValue): void => {
    if (text.length > maxCharacters) return;
    if (Array.isArray(part)) {
      text += '[';
      writeAll(part, write);
      text += ']';
    } else if (typeof part === 'object' && part !== null) {
      text += '{';
      writeAll(Object.keys(part), (key) => {
        text += `${JSON.stringify(key)}:`;
        write(part[key]!);
      });
      text += '}';
    } else {
      const isNoJson = typeof part === 'number' && !Number.isFinite(part);
      text += JSON.stringify(isNoJson ? String(part) : part);
    }
  };
  const writeAll = <T>(parts: readonly T[], writeOne: (part: T) => void): void => {
    for (let i = 0; i < parts.length && text.length <= maxCharacters; i++) {
      if (i > 0) text += ',';
      writeOne(parts[i]!);
    }
  };
  write(value);
  return text;
}
