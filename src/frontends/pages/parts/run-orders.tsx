/** What runs may be ordered by, as links: where no heading of a table is in sight. @module */

import type { ComponentChildren, VNode } from 'preact';
import type { RunColumn } from '../../../overview/index.ts';
import { directionOf, type ProjectView, sortedBy, viewHref } from '../project-view.ts';

const ORDERS = [
  { name: 'newest', by: 'started', direction: 'descending' },
  { name: 'name', by: 'name', direction: 'ascending' },
  { name: 'state', by: 'state', direction: 'ascending' },
] as const;

export interface OrdersProps {
  readonly view: ProjectView;
  /** Of a table, whose headings are out of sight on a phone; null where there is none. */
  readonly columns: readonly RunColumn[] | null;
}

export function Orders({ view, columns }: OrdersProps): VNode {
  const { order } = view;
  return (
    <p class={columns === null ? undefined : 'narrow'}>
      Sort:{' '}
      {ORDERS.map(({ name, by, direction }) => (
        <Choice
          href={viewHref(view, { order: { by, direction }, page: 1 })}
          isCurrent={order.by === by && order.direction === direction}
        >
          {name}
        </Choice>
      ))}
      {(columns ?? []).map((column) => (
        <Choice
          href={viewHref(view, sortedBy(view, column, 'ascending'))}
          isCurrent={directionOf(view, column) !== undefined}
        >
          <bdi>{column.path}</bdi>
        </Choice>
      ))}
    </p>
  );
}

export interface ChoiceProps {
  readonly href: string;
  readonly isCurrent: boolean;
  readonly children: ComponentChildren;
}

export function Choice({ href, isCurrent, children }: ChoiceProps): VNode {
  return (
    <>
      <a href={href} aria-current={isCurrent ? 'true' : undefined}>
        {children}
      </a>{' '}
    </>
  );
}
