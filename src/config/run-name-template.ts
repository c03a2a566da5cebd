/** The template of run directory names, as a setting. @module */

import * as z from 'zod';
import { parseRunNameTemplate } from '../core/index.ts';

/** Checks a template such as `{group}/{name}`. */
export const runNameTemplate = z.string().check((context) => {
  const parsed = parseRunNameTemplate(context.value);
  if (typeof parsed === 'string')
    context.issues.push({ code: 'custom', message: parsed, input: context.value });
});
