/** Writes the pages that are made from tables in the source: `npm run docs`, after a build. @module */

import { writeFileSync } from 'node:fs';
import { configurationReference } from '../dist/config/index.js';
import { metricsReference } from '../dist/observability/index.js';

writeFileSync(new URL('../docs/CONFIGURATION.md', import.meta.url), configurationReference());
writeFileSync(new URL('../docs/METRICS.md', import.meta.url), metricsReference());
