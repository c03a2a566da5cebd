/** The console lines of a run: written at any line number, because progress bars rewrite lines. @module */

export interface ConsoleLine {
  readonly number: number;
  /** ISO time without a zone, as the real server gives it; empty when the line had none. */
  readonly timestamp: string;
  readonly level: 'error' | '';
  readonly label: '';
  readonly line: string;
}

/** `ERROR 2026-11-23T06:30:05.471969 text`, as the SDK sends lines; both prefixes may be absent. */
const SENT = /^(ERROR )?(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?) )?/;

export class ConsoleLog {
  #lines: string[] = [];

  get length(): number {
    return this.#lines.length;
  }

  /** Puts lines at a line number, over what may be there. Lines left out are empty. */
  write(offset: number, lines: readonly string[]): void {
    while (this.#lines.length < offset) this.#lines.push('');
    this.#lines.splice(offset, lines.length, ...lines);
  }

  clear(): void {
    this.#lines = [];
  }

  /** Lines `from` up to `to`. */
  read(from = 0, to = this.#lines.length): readonly ConsoleLine[] {
    return this.#lines.slice(from, to).map((text, index) => parseLine(text, from + index));
  }
}

function parseLine(text: string, number: number): ConsoleLine {
  const [prefix = '', error, timestamp = ''] = SENT.exec(text) ?? [];
  return { number, timestamp, level: error ? 'error' : '', label: '', line: text.slice(prefix.length) };
}
