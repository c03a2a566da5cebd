/** How long a property is tried: as often as it says, or for so long where the same is tried elsewhere as often as it says. @module */

import fc from 'fast-check';

const limitMs = Number(process.env['PROPERTY_TIME_LIMIT_MS'] ?? 0);
if (limitMs > 0) fc.configureGlobal({ interruptAfterTimeLimit: limitMs });
