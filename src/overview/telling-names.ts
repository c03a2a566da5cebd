/** Which metrics people look at first, by what they are called. Pure. @module */

/** Best first. */
const TELLING = [/loss/i, /acc|reward|score|f1|auc|map|bleu|return/i];

/** 0 for those that are looked at first. */
export function tellingRank(key: string): number {
  const telling = TELLING.findIndex((pattern) => pattern.test(key));
  return telling < 0 ? TELLING.length : telling;
}
