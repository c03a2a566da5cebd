/** What expressions in PromQL refer to, as far as alerts and dashboards here are written. @module */

const GROUPING = /\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g;
const DURATION = /\[[^\]]*\]/g;
/** `name{label="value", …}`, or a name alone that is no function. */
const SELECTOR = /(?<![\w.])([a-zA-Z_:][\w:]*)\b(?:(\{[^}]*\})|(?!\s*\())/g;
const MATCHER = /(\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*"/g;
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool']);

export interface Selector {
  readonly metric: string;
  /** Labels that are matched. */
  readonly labels: readonly string[];
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels it groups or joins by. */
  readonly groupings: readonly string[];
}

export function parseExpression(text: string): Expression {
  const groupings = [...text.matchAll(GROUPING)].flatMap(([, list = '']) => list.split(/[\s,]+/));
  const rest = text.replaceAll(GROUPING, ' ').replaceAll(DURATION, ' ');
  const selectors = [...rest.matchAll(SELECTOR)].flatMap(([, metric = '', matchers = '']) => {
    if (KEYWORDS.has(metric)) return [];
    return [{ metric, labels: [...matchers.matchAll(MATCHER)].map(([, label = '']) => label) }];
  });
  return { selectors, groupings: groupings.filter(Boolean) };
}
