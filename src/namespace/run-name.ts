/** The directory name that a template gives a run. Pure. @module */

import { formatted, type RunNameField, type RunNamePart } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import { parseWandbJson } from '../wandb-json/index.ts';
import { valueAtPath } from './query/index.ts';
import type { RunDescription } from './run-descriptions.ts';

/** `description`: undefined where the template asks for nothing but what is listed. */
export function runName(
  parts: readonly RunNamePart[],
  run: Run,
  description: RunDescription | undefined,
): string {
  // A slash that stands in the template itself parts pieces, of which empty ones are left out.
  const pieces: string[] = [''];
  for (const part of parts) {
    if (part.kind === 'text') {
      const [first = '', ...rest] = part.text.split('/');
      pieces[pieces.length - 1] += first;
      pieces.push(...rest);
    } else {
      const text =
        part.kind === 'field'
          ? formatted(fieldOf(part.field, run, description), part.format)
          : valueText(part, description);
      pieces[pieces.length - 1] += text;
    }
  }
  return pieces.filter((piece) => piece !== '').join('/');
}

function fieldOf(field: RunNameField, run: Run, description: RunDescription | undefined): string {
  const { key, listing } = run;
  const facts = description?.facts ?? {};
  switch (field) {
    case 'name':
      return listing.displayName || key.runId;
    case 'id':
      return key.runId;
    case 'group':
      return listing.group ?? '';
    case 'jobType':
      return listing.jobType ?? '';
    case 'sweep':
      return run.factWith('sweepId', facts) ?? '';
    case 'user':
      return run.factWith('username', facts) ?? '';
    case 'tags':
      return (run.factWith('tags', facts) ?? []).join(',');
    case 'date':
      return startText(run).slice(0, 10);
    case 'time':
      return startText(run).slice(11, 19).replaceAll(':', '-');
  }
}

/** In UTC; '' while unknown. */
function startText({ listing: { startTime } }: Run): string {
  const start = new Date(1000 * (startTime ?? Number.NaN));
  return Number.isNaN(start.getTime()) ? '' : start.toISOString();
}

function valueText(
  { document, path, format }: Extract<RunNamePart, { readonly kind: 'value' }>,
  description: RunDescription | undefined,
): string {
  const json = valueAtPath(description?.[document] ?? [], path);
  const value = json === undefined ? null : parseWandbJson(json);
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number'
    ? formatted(value, format)
    : formatted(JSON.stringify(value), format);
}
