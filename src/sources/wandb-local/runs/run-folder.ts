/**
 * What the files beside a log say of its run: `files/wandb-metadata.json`, `files/config.yaml` and
 * `files/wandb-summary.json`, as the SDK writes them (github.com/wandb/wandb core/internal/runmetadata, runconfig,
 * runsummary). They are all there is of a run that has no row: it waits for the first block of its log, or died before.
 * @module
 */

import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { parse } from 'yaml';
import type { DocumentChange, Preliminary, RunFacts } from '../../../core/index.ts';
import { splitJsonObject } from '../../../wandb-json/index.ts';
import { isRunDirectoryName } from '../discovery/index.ts';

/** Beyond this a file is left alone: parsing YAML takes some 100 ms for a megabyte, and nobody can wait for less. */
const MAX_FILE_BYTES = 256 * 1024;
/** What the SDK writes to while a run that has logged little is alive. */
const SIGNS_OF_LIFE = [
  'files/output.log',
  'files/wandb-metadata.json',
  'files/config.yaml',
  'files/wandb-summary.json',
  'files/requirements.txt',
  'logs/debug-internal.log',
  'logs/debug.log',
];
const METADATA = 'files/wandb-metadata.json';
const CONFIG = 'files/config.yaml';
const SUMMARY = 'files/wandb-summary.json';

/** When something in a run directory was last written, log apart; 0 when there is nothing. Unix milliseconds. */
export async function newestSign(logPath: string): Promise<number> {
  const folder = folderOf(logPath);
  if (folder === null) return 0;
  const times = await Promise.all(SIGNS_OF_LIFE.map((name) => statOf(join(folder, name))));
  return Math.max(0, ...times.map((stats) => stats?.mtimeMs ?? 0));
}

/** Where there are none of the files. */
const NO_FILES = '-';

/** Differs when one of the files was written anew. */
export async function folderVersion(logPath: string): Promise<string> {
  const folder = folderOf(logPath);
  if (folder === null) return NO_FILES;
  const stats = await Promise.all([METADATA, CONFIG, SUMMARY].map((name) => statOf(join(folder, name))));
  if (stats.every((found) => found === null)) return NO_FILES;
  const text = stats.map((found) => (found === null ? '' : `${found.size}:${found.mtimeMs}`)).join(' ');
  return crc32(text).toString(16);
}

/** What the files say. A file that is absent, too long or not as the SDK writes it says nothing. */
export async function toldInFolder(logPath: string): Promise<Preliminary> {
  const folder = folderOf(logPath);
  if (folder === null) return {};
  const [metadata, config, summary] = await Promise.all(
    [METADATA, CONFIG, SUMMARY].map((name) => textOf(join(folder, name))),
  );
  const facts = factsIn(metadata ?? '');
  const configUpdate = configIn(config ?? '');
  const summaryUpdate = summaryIn(summary ?? '');
  return {
    ...(Object.keys(facts).length > 0 && { facts }),
    ...(configUpdate.length > 0 && { config: { update: configUpdate, remove: [] } }),
    ...(summaryUpdate.length > 0 && { summary: { update: summaryUpdate, remove: [] } }),
  };
}

/** When the process began, as its metadata have it. Unix seconds; null where they do not say. */
export async function startInMetadata(logPath: string): Promise<number | null> {
  const folder = folderOf(logPath);
  const text = folder === null ? null : await textOf(join(folder, METADATA));
  return factsIn(text ?? '').startTime ?? null;
}

/** The run directory of a log. In a folder of many logs, files beside them may be anybody's. */
function folderOf(logPath: string): string | null {
  const folder = dirname(logPath);
  return isRunDirectoryName(basename(folder)) ? folder : null;
}

async function statOf(path: string): Promise<{ readonly size: number; readonly mtimeMs: number } | null> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ? stats : null;
}

async function textOf(path: string): Promise<string | null> {
  const stats = await statOf(path);
  if (stats === null || stats.size > MAX_FILE_BYTES) return null;
  return await readFile(path, 'utf8').catch(() => null);
}

function factsIn(json: string): RunFacts {
  const metadata = objectOf(() => JSON.parse(json));
  const git = objectOf(() => metadata['git']);
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const startMs = utcMs(text(metadata['startedAt']) ?? '');
  const args = Array.isArray(metadata['args']) ? metadata['args'].map(String) : [];
  const cpuCount = metadata['cpu_count'];
  const facts: { readonly [Name in keyof RunFacts]: RunFacts[Name] | undefined } = {
    os: text(metadata['os']),
    python: text(metadata['python']),
    program: text(metadata['program']) ?? text(metadata['codePath']),
    args: args.length > 0 ? args : undefined,
    gitRemote: text(git['remote']),
    gitCommit: text(git['commit']),
    host: text(metadata['host']),
    username: text(metadata['username']),
    executable: text(metadata['executable']),
    cpuCount: typeof cpuCount === 'number' ? cpuCount : undefined,
    gpu: text(metadata['gpu']),
    startTime: Number.isNaN(startMs) ? undefined : startMs / 1000,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as RunFacts;
}

/** SDKs before 0.18 leave out that a time is UTC. */
function utcMs(time: string): number {
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
}

/** `lr: {desc: null, value: 0.1}`: each value under `value`, beside what the SDK notes of itself. */
function configIn(yaml: string): DocumentChange['update'] {
  const config = objectOf(() => parse(yaml, { maxAliasCount: 0, logLevel: 'silent' }));
  return Object.entries(config).flatMap(([key, entry]) => {
    const isEntry = typeof entry === 'object' && entry !== null && 'value' in entry;
    return isEntry ? [{ path: [key], json: valueJson(entry.value) }] : [];
  });
}

function summaryIn(json: string): DocumentChange['update'] {
  return (splitJsonObject(json) ?? []).map(({ key, text }) => ({ path: [key], json: text }));
}

function objectOf(read: () => unknown): Readonly<Record<string, unknown>> {
  try {
    const value = read();
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** JSON as W&B writes it: NaN and infinities bare. */
function valueJson(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(valueJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${valueJson(member)}`);
  return `{${members.join(',')}}`;
}
