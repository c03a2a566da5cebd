/** How long a property is tried: for so long at the usual scale of tests, at the full one as often as it says. @module */

import fc from 'fast-check';
import { IS_FULL } from './scale.ts';

const LIMIT_MS = 1000;

if (!IS_FULL) fc.configureGlobal({ interruptAfterTimeLimit: LIMIT_MS });
