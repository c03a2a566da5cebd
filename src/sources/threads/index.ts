/** Threads that decode what is long, so that the one that answers need not. @module */

export { answerAsked } from './answering.ts';
export { AskedThread, SPARE_PROCESSORS } from './asked-thread.ts';
