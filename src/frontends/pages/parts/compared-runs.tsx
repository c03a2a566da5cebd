/** The runs of a comparison: which line is whose, their values, and at which keys their configs differ. @module */

import type { ComponentChildren, VNode } from 'preact';
import { countText, pluralText } from '../../../core/index.ts';
import type { ComparedRun, ComparedTag, Comparison, Curve } from '../../../overview/index.ts';
import { encodeName } from '../../web/index.ts';
import { type CompareView, compareQuery } from '../compare-view.ts';
import { nameText, valueText } from './human-text.ts';
import { StateMark } from './marks.tsx';
import { ValueMark } from './value-mark.tsx';

interface RunsProps {
  readonly runs: readonly ComparedRun[];
}

export function comparedName({ displayName, directory }: ComparedRun): string {
  return nameText(displayName ?? directory);
}

export interface LegendProps extends RunsProps {
  readonly view: CompareView;
  /** Of the page of the project. */
  readonly projectHref: string;
}

export function Legend({ runs, view, projectHref }: LegendProps): VNode | null {
  if (runs.length === 0) return null;
  return (
    <ul class="legend">
      {runs.map((run, index) => (
        <li>
          <Swatch index={index} />
          <a class="name" href={`${projectHref}/${encodeName(run.directory)}`}>
            <bdi>{comparedName(run)}</bdi>
          </a>{' '}
          {run.displayName === run.runId ? null : <code class="small quiet">{run.runId}</code>}{' '}
          <StateMark state={run.state} exitCode={run.exitCode} />{' '}
          {run.failure === null ? (
            run.isBehind ? (
              <span class="small quiet">still reading…</span>
            ) : null
          ) : (
            <span class="warning">{run.failure}</span>
          )}{' '}
          <a
            class="small"
            href={compareQuery(view, {
              runs: runs.filter((other) => other !== run).map((other) => other.directory),
            })}
            aria-label={`Remove ${comparedName(run)}`}
          >
            remove
          </a>
        </li>
      ))}
    </ul>
  );
}

function Swatch({ index }: { readonly index: number }): VNode {
  return (
    <svg class={`swatch run-line run-${index}`} width="26" height="10" viewBox="0 0 26 10" aria-hidden="true">
      <path d="M1 5h24" />
    </svg>
  );
}

interface WideTableProps extends RunsProps {
  readonly title: string;
  readonly head: string;
  readonly children: ComponentChildren;
}

/** A column for each run; on a narrow screen it is scrolled. */
function WideTable({ title, head, runs, children }: WideTableProps): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by keyboard.
    <section class="scroll" aria-label={title} tabIndex={0}>
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {runs.map((run, index) => (
              <th scope="col" class="number">
                <Swatch index={index} /> <bdi>{comparedName(run)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function ValuesTable({
  runs,
  charts,
}: RunsProps & { readonly charts: readonly ComparedTag[] }): VNode | null {
  if (runs.length === 0 || charts.length === 0) return null;
  return (
    <section>
      <h2>Values</h2>
      <WideTable title="Values" head="Last, lowest and highest" runs={runs}>
        {charts.map(({ tag, curves }) => (
          <tr>
            <th scope="row">
              <bdi>{tag}</bdi>
            </th>
            {curves.map((curve) => (
              <td class="number">
                <CurveValues curve={curve} />
              </td>
            ))}
          </tr>
        ))}
      </WideTable>
    </section>
  );
}

function CurveValues({ curve }: { readonly curve: Curve | null }): VNode {
  if (curve === null) return <span class="quiet">–</span>;
  const { last, lowest, highest, count } = curve;
  return (
    <>
      <span title={`${last}, the newest of ${countText(count)} points`}>{valueText(last)}</span>{' '}
      <span class="small quiet block">
        {valueText(lowest)} … {valueText(highest)}
      </span>
    </>
  );
}

export function ConfigTable({ compared }: { readonly compared: Comparison }): VNode | null {
  const { runs, differences, moreDifferences, sameCount } = compared;
  if (runs.length === 0) return null;
  const same = sameCount === 0 ? '' : `${pluralText(sameCount, 'key')} the same in all.`;
  return (
    <section>
      <h2>Config that differs</h2>
      {differences.length === 0 ? (
        <p class="quiet">{runs.length === 1 ? 'There is one run.' : 'None.'}</p>
      ) : (
        <WideTable title="Config that differs" head="Key" runs={runs}>
          {differences.map(({ path, values }) => (
            <tr>
              <th scope="row">
                <bdi>{path}</bdi>
              </th>
              {values.map((value) => (
                <td class="number">
                  <ValueMark value={value} />
                </td>
              ))}
            </tr>
          ))}
        </WideTable>
      )}
      <p class="quiet small">
        {moreDifferences > 0 ? `${pluralText(moreDifferences, 'more key')} that differ. ` : ''}
        {same}
      </p>
    </section>
  );
}
