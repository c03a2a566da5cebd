/** Which media of a summary an event file has. Pure. @module */

import {
  type ContentNeed,
  type Contents,
  needsOfSummaryMedia,
  type SummaryMedia,
  summariesOfSummaryMedia,
  type ToldMedia,
} from '../plugins/index.ts';
import { eventLength } from '../tfevents/index.ts';
import type { MediaPolicy } from './cell-samples.ts';

/** A fold has met values made of files that nobody has looked at. It can be done again once somebody has. */
export class MissingContents extends Error {
  readonly needs: readonly ContentNeed[];

  constructor(needs: readonly ContentNeed[]) {
    super('contents of files are missing');
    this.needs = needs;
  }
}

/** @throws MissingContents */
export function toldMedia(
  values: readonly SummaryMedia[],
  contents: Contents,
  { mode, maxValueBytes }: MediaPolicy,
): readonly ToldMedia[] {
  if (mode === 'none') return values.map((value) => ({ ...value, isInFile: false }));
  const missing = needsOfSummaryMedia(values).filter((need) => isUnknown(need, contents));
  if (missing.length > 0) throw new MissingContents(missing);
  return values.map((value) => {
    const bytes = summariesOfSummaryMedia([value], contents).reduce(
      (sum, { tag, content }) => sum + eventLength({ kind: 'summary', step: 0, wallTime: 0, tag, content }),
      0,
    );
    return { ...value, isInFile: bytes <= maxValueBytes };
  });
}

function isUnknown(need: ContentNeed, contents: Contents): boolean {
  switch (need.kind) {
    case 'size':
      return contents.size(need.file) === 'unknown';
    case 'content':
      return contents.content(need.file, need.maxBytes) === 'unknown';
    case 'drawing':
      return contents.drawing(need.drawing) === 'unknown';
  }
}
