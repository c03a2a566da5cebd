/** Figures as a Markdown table, to read in a terminal and to keep in a README. @module */

import { cpus, totalmem } from 'node:os';
import { type Figure, type Goal, meetsGoal, ratioOf } from './bench.ts';

const HEAD = ['what', 'ours', 'peer', 'ratio', 'goal', ''] as const;

export function tableText(figures: readonly Figure[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...figures.map(cells)];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells(figure: Figure): string[] {
  const { what, unit, ours, peer, goal } = figure;
  const ratio = ratioOf(figure);
  const met = meetsGoal(figure);
  return [
    what,
    `${numberText(ours)} ${unit}`,
    peer === null ? '' : `${numberText(peer.value)} ${unit} (${peer.name})`,
    ratio === null ? '' : `${numberText(ratio)}x`,
    goal === null ? '' : goalText(goal, figure),
    met === null ? '' : met ? 'met' : 'missed',
  ];
}

function goalText(goal: Goal, { unit, better }: Figure): string {
  if ('ratio' in goal) return `≥ ${goal.ratio}x`;
  return `${better === 'more' ? '≥' : '≤'} ${goal.value} ${unit}`;
}

/** Three significant digits. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The machine in one sentence. */
export function machineText(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${model}, ${gigabytes} GiB, ${process.platform}, Node ${process.versions.node}`;
}
