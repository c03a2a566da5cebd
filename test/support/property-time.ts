/** How long a property is tried: for so long at the usual scale of tests, at the full one as often as it says. @module */

import fc from 'fast-check';
import { IS_FULL } from './scale.ts';

/** On a busy machine, too, a case takes less: a property of which none was tried has failed. */
const LIMIT_MS = 3000;
/** For properties of which a case may take longer there. */
export const LONG_CASES: { readonly interruptAfterTimeLimit?: number } = IS_FULL
  ? {}
  : { interruptAfterTimeLimit: 4 * LIMIT_MS };

if (!IS_FULL) fc.configureGlobal({ interruptAfterTimeLimit: LIMIT_MS });
