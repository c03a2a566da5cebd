/**
 * Tables that become cards on a phone. The stylesheet lays their rows out as blocks there, which takes the
 * table's meaning from screen readers: so each element says its role. @module
 */

import type { ComponentChildren, VNode } from 'preact';

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

export function ColumnHeads({ columns }: { readonly columns: readonly Column[] }): VNode {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ title, isNumber }) => (
          <th scope="col" role="columnheader" class={isNumber === true ? 'number' : undefined}>
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

export interface CellProps {
  /** Shown before the value on a card, where no column head is. */
  readonly label?: string;
  /** `wide`: a line of its own on a card. */
  readonly kind?: 'number' | 'wide';
  readonly children: ComponentChildren;
}

export function Cell({ label, kind, children }: CellProps): VNode {
  return (
    <td role="cell" class={kind} data-label={label}>
      {children}
    </td>
  );
}
