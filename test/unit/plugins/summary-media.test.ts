import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CONTENTS } from '../../../src/plugins/index.ts';
import {
  needsOfSummaryMedia,
  summariesOfSummaryMedia,
  summaryMediaOf,
} from '../../../src/plugins/summary-media.ts';

function entriesOf(summary: object): { path: string[]; json: string }[] {
  return Object.entries(summary).map(([key, value]) => ({ path: [key], json: JSON.stringify(value) }));
}

const never = () => false;
const GRAPH = { _type: 'graph-file', path: 'media/graph/graph_0.graph.json', size: 2 };
const PAGE = { _type: 'html-file', path: 'media/html/page.html', size: 9 };

describe('media of a summary', () => {
  it('are those whose keys history does not have, nested ones among them', () => {
    const summary = entriesOf({
      graph_0: GRAPH,
      best: { page: PAGE, loss: 1 },
      logged: PAGE,
      _wandb: { page: PAGE },
      text: 'x',
    });
    const found = summaryMediaOf(summary, (key) => key === 'logged');
    expect(found.map(({ key, type }) => [key, type])).toEqual([
      ['best.page', 'html-file'],
      ['graph_0', 'graph-file'],
    ]);
  });

  it('come in pieces too, as local logs have them', () => {
    const pieces = Object.entries(GRAPH).map(([name, value]) => ({
      path: ['graph_0', name],
      json: JSON.stringify(value),
    }));
    expect(summaryMediaOf(pieces, never)).toEqual(summaryMediaOf(entriesOf({ graph_0: GRAPH }), never));
  });

  it('stand under tags that no key of history has', () => {
    const values = summaryMediaOf(entriesOf({ graph_0: GRAPH, page: PAGE }), never);
    expect(needsOfSummaryMedia(values)).toMatchObject([{ kind: 'content', file: { file: GRAPH.path } }]);
    const tags = summariesOfSummaryMedia(values, NO_CONTENTS).map(({ tag }) => tag);
    expect(tags).toEqual(['wandb/summary/page']);
  });

  it('are bounded, and nothing breaks on anything', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, PAGE]));
    expect(summaryMediaOf(entriesOf(many), never)).toHaveLength(100);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (summary) => {
        const values = summaryMediaOf(entriesOf(summary), never);
        summariesOfSummaryMedia(values, NO_CONTENTS);
        needsOfSummaryMedia(values);
      }),
    );
  });
});
