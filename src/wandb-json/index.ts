/** W&B's JSON text: parse, split, print. Pure. @module */

export { isMembers, lenientValue, listOf, type Members, membersOf, textMember } from './members.ts';
export { type JsonValue, parseLenientJson, parseWandbJson, wordNumber } from './parse.ts';
export { cellText, compactJson } from './print.ts';
export {
  flattenJson,
  isTypeTag,
  type JsonLeaf,
  type JsonMember,
  objectOfPaths,
  type PathValue,
  parseJsonString,
  splitJsonObject,
} from './split.ts';
