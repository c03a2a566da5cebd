/** What a run says of itself in words: notes, config, summary, and the end of its console. @module */

import type { VNode } from 'preact';
import { countText } from '../../../core/index.ts';
import type { RunDetail } from '../../../overview/index.ts';

export function Notes({ text }: { readonly text: string | undefined }): VNode | null {
  if (text === undefined || text.trim() === '') return null;
  return (
    <section>
      <h2>Notes</h2>
      <p class="notes">{text}</p>
    </section>
  );
}

export function Config({ yaml }: { readonly yaml: string }): VNode | null {
  if (yaml === '') return null;
  return (
    <section>
      <h2>Config</h2>
      <pre>{clipped(yaml, MAX_CONFIG_CHARACTERS)}</pre>
    </section>
  );
}

/** Whole files are put into configs; config.yaml has them in full. */
const MAX_CONFIG_CHARACTERS = 20_000;
const MAX_SUMMARY_ENTRIES = 500;
const MAX_VALUE_CHARACTERS = 200;

export function Summary({ entries }: { readonly entries: RunDetail['summary'] }): VNode | null {
  if (entries.length === 0) return null;
  const more = entries.length - MAX_SUMMARY_ENTRIES;
  return (
    <section>
      <h2>Summary</h2>
      <table class="plain">
        <tbody>
          {entries.slice(0, MAX_SUMMARY_ENTRIES).map(({ key, json }) => (
            <tr>
              <th scope="row">
                <bdi>{key}</bdi>
              </th>
              <td>
                <code>{clipped(json, MAX_VALUE_CHARACTERS)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? <p class="quiet">and {countText(more)} more, in summary.json</p> : null}
    </section>
  );
}

/** Its end, where the file is at hand. */
export function Console({
  text,
  files,
}: {
  readonly text: string | null;
  readonly files: string;
}): VNode | null {
  if (text === null) return null;
  return (
    <section>
      <h2>Console</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
      <p class="small">
        <a href={`${files}/@files/output.log`}>output.log</a>
      </p>
    </section>
  );
}

function clipped(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)} … (cut)`;
}
