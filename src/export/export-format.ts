/** What runs can be exported as. @module */

import { TABLE_FORMATS } from '../tables/index.ts';

export const EXPORT_FORMATS = ['tfevents', ...TABLE_FORMATS] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
