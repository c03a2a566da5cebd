/** JSON with a checksum before it, as history keeps it on disk: `<CRC-32, 8 hex digits> <JSON>`. @module */

import { crc32 } from 'node:zlib';

const CRC_CHARACTERS = 8;

export function checkedJson(value: unknown): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(CRC_CHARACTERS, '0')} ${json}`;
}

/** The value; undefined for a text that is not whole as it was written. */
export function parseCheckedJson(text: string): unknown {
  const json = text.slice(CRC_CHARACTERS + 1);
  const checksum = Number.parseInt(text.slice(0, CRC_CHARACTERS), 16);
  return text[CRC_CHARACTERS] === ' ' && crc32(json) === checksum ? JSON.parse(json) : undefined;
}
