/** The usual records of a log, taken out of its bytes in WebAssembly; a log reads the same without. @module */

export { borrowEngine, compiledScanner, returnEngine, useScanner } from './engine.ts';
export { LogScanner } from './log-scanner.ts';
