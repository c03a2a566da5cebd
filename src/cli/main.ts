#!/usr/bin/env node
/** The program `wandb-logdir`. @module */

import { readFileSync } from 'node:fs';
import { requireNode } from './node-version.ts';

/** Answered before anything else is loaded: scripts and people ask for the version alone. */
const VERSION_WORDS = ['--version', '-v', '-V', 'version'];

requireNode();
const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

const buildFile = new URL('../build.json', import.meta.url);
const { commit } = JSON.parse(readFileSync(buildFile, 'utf8')) as { commit: string | null };

const words = process.argv.slice(2);
const [first = ''] = words;
if (words.length === 1 && VERSION_WORDS.includes(first)) {
  console.log(version);
} else if (first === '--complete') {
  const { complete } = await import('./completion/complete.ts');
  await complete(words.slice(1));
} else {
  const { run } = await import('./run.ts');
  process.exitCode = await run({ words, version, commit });
  const { endWithTerminal } = await import('./interruption.ts');
  endWithTerminal();
}
