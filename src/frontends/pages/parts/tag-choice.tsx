/** The form in which tags of charts are chosen. @module */

import type { VNode } from 'preact';
import { countText, pluralText } from '../../../core/index.ts';
import type { Comparison } from '../../../overview/index.ts';
import { type CompareView, compareParameters, compareQuery } from '../compare-view.ts';

export interface TagChoiceProps {
  readonly compared: Comparison;
  readonly view: CompareView;
}

export function TagChoice({ compared: { charts, otherTags, moreTags }, view }: TagChoiceProps): VNode {
  const shown = charts.map(({ tag }) => tag);
  return (
    <details class="choice">
      <summary>
        Charts: {countText(shown.length)} of {pluralText(shown.length + otherTags.length + moreTags, 'tag')}
      </summary>
      <form method="get">
        {compareParameters({ ...view, tags: null }).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <fieldset>
          <legend>Tags</legend>
          {[...shown, ...otherTags].map((tag) => (
            <label>
              <input type="checkbox" name="tag" value={tag} checked={shown.includes(tag)} /> <bdi>{tag}</bdi>
            </label>
          ))}
        </fieldset>
        <p>
          <label for="tag">{moreTags > 0 ? `One of ${countText(moreTags)} more` : 'Another'}</label>{' '}
          <input id="tag" name="tag" autocomplete="off" />
        </p>
        <p>
          <button type="submit">Show these</button>{' '}
          {view.tags === null ? null : <a href={compareQuery(view, { tags: null })}>Usual charts</a>}
        </p>
      </form>
    </details>
  );
}
