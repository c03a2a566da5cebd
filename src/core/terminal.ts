/**
 * What a terminal shows in the end of text that was written to it: a progress bar that redraws itself is one line.
 *
 * Heeded are the control sequences by which programs redraw what they wrote: ECMA-48's for moving the cursor and erasing.
 * Others, such as colours, are left out. W&B's own emulator does the same with fewer sequences
 * (`core/internal/terminalemulator` and `core/internal/runconsolelogs` of github.com/wandb/wandb), from which the bounds are.
 * @module
 */

/** Rows that the cursor can go back to; what scrolled out stays as it is. */
const HEIGHT = 32;
/** Characters of a line beyond which nothing is shown. */
const MAX_LINE_CHARACTERS = 4096;
/** A longer sequence is none. Links have their address in one. */
const MAX_SEQUENCE_CHARACTERS = 4096;

const [BELL, BACKSPACE, TAB, LINE_FEED, CARRIAGE_RETURN, ESCAPE] = [7, 8, 9, 10, 13, 27];
const UNFINISHED = -1;

/** Columns and rows that a sequence moves the cursor by, or as many times as it says. */
const MOVES: ReadonlyMap<string, readonly [dx: number, dy: number]> = new Map([
  ['A', [0, -1]],
  ['B', [0, 1]],
  ['C', [1, 0]],
  ['D', [-1, 0]],
  ['E', [0, 1]],
  ['F', [0, -1]],
]);

interface Line {
  text: string;
  isDropped: boolean;
}

/** Lines that one or several terminals write, in the order they were begun; of many the last. */
export class TerminalLines {
  readonly #maxCharacters: number;
  #lines: Line[] = [];
  /** Of all lines, each with its line feed. */
  #characters = 0;
  #isCut = false;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** The lines, without line feeds. */
  get texts(): readonly string[] {
    this.#trim(this.#maxCharacters);
    return this.#lines.map(({ text }) => text);
  }

  /** Whether lines were left out. */
  get isCut(): boolean {
    return this.#isCut;
  }

  add(): Line {
    const line = { text: '', isDropped: false };
    this.#lines.push(line);
    this.#characters++;
    return line;
  }

  replace(line: Line, text: string): void {
    if (line.isDropped) return;
    this.#characters += text.length - line.text.length;
    line.text = text;
    // Not at every line: what is dropped leaves the others to be moved.
    if (this.#characters > 2 * this.#maxCharacters) this.#trim(this.#maxCharacters);
  }

  #trim(maxCharacters: number): void {
    let count = 0;
    for (const line of this.#lines) {
      if (this.#characters <= maxCharacters) break;
      this.#characters -= line.text.length + 1;
      line.isDropped = true;
      count++;
    }
    if (count === 0) return;
    this.#lines = this.#lines.slice(count);
    this.#isCut = true;
  }
}

/** A screen and its cursor. A character is as wide as it has UTF-16 units. */
export class Terminal {
  readonly #lines: TerminalLines;
  /** Begun when something is written into them. */
  readonly #view: Line[] = [];
  #x = 0;
  #y = 0;
  /** A sequence whose end was not written yet. */
  #pending = '';

  constructor(lines: TerminalLines) {
    this.#lines = lines;
  }

  write(written: string): void {
    const text = this.#pending + written;
    this.#pending = '';
    for (let at = 0; at < text.length; ) {
      const end = plainEnd(text, at);
      if (end > at) {
        this.#put(text.slice(at, end));
        at = end;
        continue;
      }
      const length = this.#control(text, at);
      if (length === UNFINISHED) {
        this.#pending = text.slice(at);
        return;
      }
      at += length;
    }
  }

  /** Heeds the control character at `at`; returns how long it and what belongs to it are. */
  #control(text: string, at: number): number {
    switch (text.charCodeAt(at)) {
      case LINE_FEED:
        this.#x = 0;
        this.#down();
        return 1;
      case CARRIAGE_RETURN:
        this.#x = 0;
        return 1;
      case BACKSPACE:
        this.#x = Math.max(0, this.#x - 1);
        return 1;
      case ESCAPE: {
        const length = sequenceLength(text, at);
        if (length !== UNFINISHED && text[at + 1] === '[') this.#sequence(text.slice(at + 2, at + length));
        return length;
      }
      default:
        return 1;
    }
  }

  #put(text: string): void {
    while (this.#view.length <= this.#y) this.#view.push(this.#lines.add());
    const start = this.#x;
    this.#x = Math.min(MAX_LINE_CHARACTERS, start + text.length);
    const line = this.#view[this.#y];
    const shown = text.slice(0, this.#x - start);
    if (line === undefined || shown === '') return;
    const before = line.text.slice(0, start).padEnd(start);
    this.#lines.replace(line, before + shown + line.text.slice(start + shown.length));
  }

  #down(): void {
    if (this.#y < HEIGHT - 1) this.#y++;
    else this.#view.shift();
  }

  /** `sequence`: what follows `ESC [`. */
  #sequence(sequence: string): void {
    const [first = Number.NaN, second = Number.NaN] = sequence.slice(0, -1).split(';').map(numberOf);
    const final = sequence.at(-1) ?? '';
    if (final === 'J') this.#eraseLines(first || 0);
    else if (final === 'K') this.#eraseInLine(first || 0);
    else if (final === 'H' || final === 'f') this.#moveTo((second || 1) - 1, (first || 1) - 1);
    else if (final === 'G') this.#moveTo((first || 1) - 1, this.#y);
    else {
      const [dx, dy] = MOVES.get(final) ?? [0, 0];
      const count = first || 1;
      const x = final === 'E' || final === 'F' ? 0 : this.#x;
      this.#moveTo(x + count * dx, this.#y + count * dy);
    }
  }

  #moveTo(x: number, y: number): void {
    this.#x = Math.min(MAX_LINE_CHARACTERS, Math.max(0, x));
    this.#y = Math.min(HEIGHT - 1, Math.max(0, y));
  }

  /** `what`: 0 from the cursor on, 1 up to it, 2 and more all. */
  #eraseLines(what: number): void {
    this.#eraseInLine(what);
    for (const [y, line] of this.#view.entries()) {
      const isErased = what === 0 ? y > this.#y : what === 1 ? y < this.#y : true;
      if (isErased) this.#lines.replace(line, '');
    }
  }

  #eraseInLine(what: number): void {
    const line = this.#view[this.#y];
    if (line === undefined) return;
    if (what === 0) this.#lines.replace(line, line.text.slice(0, this.#x));
    else if (what === 1) {
      const erased = Math.min(line.text.length, this.#x + 1);
      this.#lines.replace(line, ' '.repeat(erased) + line.text.slice(erased));
    } else this.#lines.replace(line, '');
  }
}

/** The end of the text without control characters, tabs apart, that begins at `at`. */
function plainEnd(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code < 32 ? code !== TAB : code >= 127 && code < 160) break;
  }
  return end;
}

/** How long the sequence is that begins with the escape at `at`; the escape alone where none does. */
function sequenceLength(text: string, at: number): number {
  const kind = text[at + 1];
  if (kind === undefined) return UNFINISHED;
  if (kind !== '[' && !isString(kind)) return otherLength(text, at);
  for (let end = at + 2; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (end - at > MAX_SEQUENCE_CHARACTERS) return 1;
    if (kind === '[') {
      if (code >= 64 && code < 127) return end + 1 - at;
      if (code < 32 || code > 126) return end - at;
    } else if (code === BELL) return end + 1 - at;
    else if (code === ESCAPE) return text[end + 1] === '\\' ? end + 2 - at : end - at;
    else if (code === LINE_FEED) return end - at;
  }
  return text.length - at > MAX_SEQUENCE_CHARACTERS ? 1 : UNFINISHED;
}

/** Whether an escape with this begins a string, such as a title of the window: OSC, DCS, SOS, PM, APC. */
function isString(kind: string): boolean {
  return ']PX^_'.includes(kind);
}

/** Any number of characters up to `/`, and one more: the choice of a character set, a reset. */
function otherLength(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code < 32 || code > 126 || end - at > MAX_SEQUENCE_CHARACTERS) return end - at;
    if (code > 47) return end + 1 - at;
  }
  return UNFINISHED;
}

function numberOf(parameter: string): number {
  return /^\d{1,5}$/.test(parameter) ? Number(parameter) : Number.NaN;
}
