/** Histograms as a training script logs them: of the gradients of each of its layers. @module */

export const HISTOGRAMS = {
  steps: 1000,
  tags: 50,
  /** `wandb.Histogram` has as many unless told otherwise. */
  bins: 64,
  /** Numbers that each is made of. */
  values: 1000,
} as const;
