/** Orders of runs that tests ask pages for. @module */

import type { RunOrder } from '../../src/overview/index.ts';

export const NEWEST: RunOrder = { by: 'started', direction: 'descending' };
export const BY_NAME: RunOrder = { by: 'name', direction: 'ascending' };
export const BY_STATE: RunOrder = { by: 'state', direction: 'ascending' };
