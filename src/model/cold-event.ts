/** The events of a file that are not rows of scalars. @module */

import type { SessionEnd, SessionStart } from './hparams.ts';

/** Wall times are Unix seconds, never NaN. */
export type ColdEvent =
  | { readonly kind: 'file-version'; readonly wallTime: number }
  /** A session starts at `step`. All but the first of a file say that what came before from there on no longer holds. */
  | { readonly kind: 'session-start'; readonly step: number; readonly wallTime: number }
  | {
      readonly kind: 'text';
      readonly step: number;
      readonly wallTime: number;
      readonly tag: string;
      readonly text: string;
    }
  | {
      readonly kind: 'hparams-start';
      readonly step: number;
      readonly wallTime: number;
      readonly session: SessionStart;
    }
  | {
      readonly kind: 'hparams-end';
      readonly step: number;
      readonly wallTime: number;
      readonly session: SessionEnd;
    };
