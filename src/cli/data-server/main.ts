#!/usr/bin/env node
/** The program `wandb-logdir-data-server`: what TENSORBOARD_DATA_SERVER_BINARY points at. @module */

import { readFileSync } from 'node:fs';
import { requireNode } from '../node-version.ts';

requireNode();
const { runDataServer } = await import('./run-data-server.ts');

const packageFile = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

process.exitCode = await runDataServer({ words: process.argv.slice(2), version });
