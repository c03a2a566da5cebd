/** Loops that run side by side, until something has happened. @module */

/** Goes on until it is over. */
export type Loop = (isOver: () => boolean) => Promise<void>;

/** Runs loops until something has happened, or one of them failed. @throws what the first of them failed with. */
export async function together(loops: readonly Loop[], until: Promise<unknown>): Promise<void> {
  let isOver = false;
  const ending = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  const over = ending(until).finally(() => {
    isOver = true;
  });
  const outcomes = await Promise.allSettled([over, ...loops.map((loop) => ending(loop(() => isOver)))]);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
