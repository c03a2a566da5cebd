/** A file of a run or of an artifact; its bytes may be made when they are first wanted. @module */

import { md5Base64 } from './identifiers.ts';

export interface FileSpec {
  readonly name: string;
  readonly content: Uint8Array | (() => Uint8Array);
  /** Unix milliseconds. */
  readonly updatedAt: number;
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  jsonl: 'application/json',
  log: 'text/plain',
  txt: 'text/plain',
  yaml: 'text/yaml',
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  html: 'text/html',
};

export class StoredFile {
  /** With slashes: `media/images/a_0_5f.png`. */
  readonly name: string;
  readonly updatedAt: number;
  readonly #content: Uint8Array | (() => Uint8Array);

  constructor({ name, content, updatedAt }: FileSpec) {
    this.name = name;
    this.updatedAt = updatedAt;
    this.#content = content;
  }

  get bytes(): Uint8Array {
    return typeof this.#content === 'function' ? this.#content() : this.#content;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  get md5(): string {
    return md5Base64(this.bytes);
  }

  get mimetype(): string {
    return MIME_TYPES[/\.(\w+)$/.exec(this.name)?.[1] ?? ''] ?? 'application/octet-stream';
  }
}
