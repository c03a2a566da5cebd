/** The events of a file that are not rows of scalars. @module */

/** Wall times are Unix seconds, never NaN. */
export type ColdEvent =
  | { readonly kind: 'file-version'; readonly wallTime: number }
  /** Everything from `step` on no longer holds: TensorBoard's Python loader drops it. */
  | { readonly kind: 'session-start'; readonly step: number; readonly wallTime: number }
  | {
      readonly kind: 'text';
      readonly step: number;
      readonly wallTime: number;
      readonly tag: string;
      readonly text: string;
    };
