/** What the W&B SDK is set up with on this machine: its settings files and where it finds API keys. @module */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, LogdirError } from '../core/index.ts';
import type { Environment } from './environment.ts';

export const DEFAULT_BASE_URL = 'https://api.wandb.ai';

/** Keys of the SDK's settings files that mean something here. */
export interface SdkSettings {
  readonly baseUrl: string | null;
  readonly entity: string | null;
  readonly project: string | null;
}

/**
 * `[default]` of `wandb/settings` below the current directory, then of `~/.config/wandb/settings` (or in
 * `$WANDB_CONFIG_DIR`), as the SDK's wandb_settings.py has them. Variables come before both.
 */
export function sdkSettings({ variables, homeDir }: Environment): SdkSettings {
  const usual = homeDir === null ? null : join(homeDir, '.config', 'wandb');
  const configDir = variables['WANDB_CONFIG_DIR'] || usual;
  const paths = [join('wandb', 'settings'), ...(configDir === null ? [] : [join(configDir, 'settings')])];
  const files = paths.map(readIni);
  const value = (variable: string, key: string) =>
    variables[variable] || files.find((file) => file.has(key))?.get(key) || null;
  return {
    baseUrl: value('WANDB_BASE_URL', 'base_url'),
    entity: value('WANDB_ENTITY', 'entity'),
    project: value('WANDB_PROJECT', 'project'),
  };
}

/** The API of a server, given its API or its pages: W&B's cloud has them on two hosts. */
export function apiUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/^https:\/\/(?:www\.)?wandb\.ai$/, DEFAULT_BASE_URL);
}

function readIni(path: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return values;
  }
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^\s*([\w.]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === 'default' && key !== undefined && value) values.set(key, value);
  }
  return values;
}

/** One word; what else an address or a header could not hold. */
const KEY = /^[\x21-\x7e]+$/;

/** A key, and where it was found, for people. */
export interface FoundKey {
  readonly key: string;
  readonly origin: string;
}

/**
 * Looks for the API key of a server where the SDK does: the file that was named, `WANDB_API_KEY`, the netrc file. Files
 * are read anew each time, so a key that is changed is found.
 * @throws LogdirError `unavailable` where there is no key in a named file: a secret may be put there later.
 */
export function apiKeyFinder(
  { variables, homeDir }: Environment,
  apiKeyFile: string | null,
): (baseUrl: string) => Promise<FoundKey | null> {
  const netrc = variables['NETRC'] || (homeDir === null ? null : join(homeDir, '.netrc'));
  return async (baseUrl) => {
    if (apiKeyFile !== null) return await keyInFile(apiKeyFile);
    const variable = variables['WANDB_API_KEY']?.trim();
    if (variable) return { key: variable, origin: 'WANDB_API_KEY' };
    if (netrc === null) return null;
    const text = await readFile(netrc, 'utf8').catch(() => '');
    const key = passwordOf(text, new URL(baseUrl).hostname);
    return key === null ? null : { key, origin: netrc };
  };
}

async function keyInFile(path: string): Promise<FoundKey> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const what = `the API key file ${path} cannot be read (${errnoOf(cause)})`;
    throw new LogdirError('unavailable', `${what}: name one with --api-key-file`, { cause });
  });
  const key = text.trim();
  if (KEY.test(key)) return { key, origin: path };
  const what = key === '' ? 'is empty' : 'holds something else';
  throw new LogdirError(
    'unavailable',
    `the API key file ${path} ${what}: it holds the key and nothing beside it`,
  );
}

/** The password of a machine in a netrc file (the GNU inetutils manual, "The .netrc file"); `default` for any other. */
export function passwordOf(netrc: string, machine: string): string | null {
  const words = netrc.replace(/^\s*#.*$/gm, '').split(/\s+/);
  let current: string | null = null;
  let fallback: string | null = null;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 'machine') current = words[++i] ?? null;
    else if (words[i] === 'default') current = '';
    else if (words[i] === 'password') {
      const password = words[++i] ?? null;
      if (current === machine) return password;
      if (current === '') fallback = password;
    }
  }
  return fallback;
}
