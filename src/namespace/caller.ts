/** Who asks: the one place where access is decided. @module */

/**
 * Somebody on whose behalf a door asks. There is one kind so far; a caller with a key of his own, who sees some
 * projects only, becomes another member of this union, and `Namespace.visible` says what he sees.
 */
export type Caller = { readonly sees: 'everything' };

/** Whoever runs the program: sees all that its sources show. */
export const OPERATOR: Caller = { sees: 'everything' };
