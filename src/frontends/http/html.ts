/** HTML by template tag: whatever is put in is escaped, unless it is HTML already. @module */

/** Text that is HTML: made by `html` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template. Lists are joined; null, undefined and booleans leave nothing. */
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const SPECIAL = /[&<>"']/;
const SPECIALS = /[&<>"']/g;
/** Direction overrides and isolates: a name that holds one would turn the text around it. NUL is no HTML. */
const UNRULY = /[\0\u202a-\u202e\u2066-\u2069]/g;

export function escapeHtml(text: string): string {
  const tame = text.replace(UNRULY, '\ufffd');
  return SPECIAL.test(tame) ? tame.replace(SPECIALS, (character) => ENTITIES[character] ?? '') : tame;
}

export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? '';
  for (let index = 0; index < values.length; index++) {
    text += render(values[index]) + (strings[index + 1] ?? '');
  }
  return new Html(text);
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map(render).join('');
}
