/** The form in which columns of a table are chosen. It works without a script: the address is the state. @module */

import type { VNode } from 'preact';
import { pluralText } from '../../../core/index.ts';
import { columnText, type RunColumn, type RunTable } from '../../../overview/index.ts';
import { type ProjectView, viewHref, viewParameters } from '../project-view.ts';

interface ChoiceProps {
  readonly table: RunTable;
  readonly view: ProjectView;
}

export function ColumnChoice({ table, view }: ChoiceProps): VNode {
  const { columns, otherColumns, moreColumns } = table;
  const carried = viewParameters({ ...view, columns: null, page: 1 });
  return (
    <details class="choice">
      <summary>Columns</summary>
      <form method="get">
        {carried.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <FieldColumns title="Config" field="config" columns={columns} others={otherColumns} />
        <FieldColumns title="Summary" field="summary" columns={columns} others={otherColumns} />
        <p>
          <label for="column">
            {moreColumns > 0 ? `One of ${pluralText(moreColumns, 'more')}` : 'Another'}
          </label>{' '}
          <input id="column" name="columns" placeholder="config.optimizer.lr" autocomplete="off" />
        </p>
        <p>
          <button type="submit">Show these</button>{' '}
          {view.columns === null ? null : <a href={viewHref(view, { columns: null })}>Usual columns</a>}
        </p>
      </form>
    </details>
  );
}

interface FieldProps {
  readonly title: string;
  readonly field: RunColumn['field'];
  readonly columns: readonly RunColumn[];
  readonly others: readonly RunColumn[];
}

function FieldColumns({ title, field, columns, others }: FieldProps): VNode | null {
  const isOfField = (column: RunColumn) => column.field === field;
  const shown = columns.filter(isOfField);
  const all = [...shown, ...others.filter(isOfField)];
  if (all.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {all.map((column) => (
        <label>
          <input type="checkbox" name="columns" value={columnText(column)} checked={shown.includes(column)} />{' '}
          <bdi>{column.path}</bdi>
        </label>
      ))}
    </fieldset>
  );
}
