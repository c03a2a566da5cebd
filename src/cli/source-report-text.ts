/** What looking at a folder came to, for people. @module */

import {
  isRunDirectoryName,
  localDisk,
  missingPathAdvice,
  type PassedOver,
  type SourceReport,
} from '../app/index.ts';
import { SETTINGS } from '../config/index.ts';

/** What was looked at, and what would work. `name`: the source as it was given. */
export function reportText(name: string, report: SourceReport): string {
  const { path, lookedAt, directoryCount, unreadable, foreign, passedOver } = report;
  const more = directoryCount - lookedAt.length;
  const lines = [
    ...(lookedAt.length > 0
      ? [`looked in: ${lookedAt.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
      : []),
    ...unreadable.map((item) => `not readable: ${item.path}`),
    ...passedOver.map((item) => `not looked into: ${passedOverText(item)}`),
    ...(foreign.length > 0 ? [`not W&B logs: ${foreign.join(', ')}`] : []),
    ...adviceLines(name, report),
  ];
  return [`no runs in ${path}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** What to type instead. */
export function adviceLines(name: string, { outcome, advice }: SourceReport): readonly string[] {
  if (outcome !== 'missing') return [advice];
  const isDefault = name === SETTINGS.sources.default[0];
  return [...missingPathAdvice(name), ...(isDefault ? unnamedAdvice() : []), advice];
}

/** For those who named nothing, and are where the default is not. */
function unnamedAdvice(): string[] {
  const isInside = localDisk.names('.').some(isRunDirectoryName);
  return [
    ...(isInside ? ['The runs are in this folder itself: give . as the SOURCE'] : []),
    'For runs of a W&B server give ENTITY/PROJECT, or wandb: for all that the API key sees',
  ];
}

const PASSED_OVER_REASONS: Readonly<Record<PassedOver['reason'], string>> = {
  hidden: 'hidden',
  packages: 'packages',
  system: 'of the system',
  depth: 'too deep; give a path nearer to the runs',
  count: 'beyond the most that are looked into; give a path nearer to the runs',
};

/** Directories below a path that nobody looked into: how many, why, and one of them. */
export function passedOverText({ reason, count, example }: PassedOver): string {
  const what = count === 1 ? 'directory' : 'directories';
  return `${count} ${what} (${PASSED_OVER_REASONS[reason]}), as ${example}`;
}
