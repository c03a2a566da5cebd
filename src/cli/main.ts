#!/usr/bin/env node
/** The program `wandb-logdir`. @module */

import { readFileSync } from 'node:fs';
import { requireNode } from './node-version.ts';

requireNode();
const { run } = await import('./run.ts');

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

process.exitCode = await run({ words: process.argv.slice(2), version });
