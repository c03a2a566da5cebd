/** The template of run directory names: which placeholders it may hold. @module */

import { z } from 'zod';

export const RUN_NAME_PLACEHOLDERS = ['name', 'id', 'group', 'jobType'] as const;

/** Checks a template such as `{group}/{name}`. */
export const runNameTemplate = z.string().check((context) => {
  const message = problemOf(context.value);
  if (message) context.issues.push({ code: 'custom', message, input: context.value });
});

function problemOf(template: string): string | null {
  const known: readonly string[] = RUN_NAME_PLACEHOLDERS;
  const found = [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
  const unknown = found.find((name) => !known.includes(name));
  if (unknown !== undefined) return `unknown placeholder {${unknown}}`;
  if (/[{}]/.test(template.replace(/\{[^{}]*\}/g, ''))) return 'a brace has no partner';
  return found.length > 0 ? null : 'without a placeholder every run would have the same name';
}
