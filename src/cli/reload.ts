/** Reading the configuration again while a server runs: what may change changes, the rest is named. @module */

import { isDeepStrictEqual } from 'node:util';
import type { App } from '../app/index.ts';
import { definitions, fileKey, type LoadedSettings, type SettingName } from '../config/index.ts';
import { maskedValue, type Reloaded } from '../core/index.ts';
import { setLogLevel } from '../observability/index.ts';
import type { Session } from './session.ts';
import { tellSystemd } from './systemd.ts';

/** Reloads at each SIGHUP that is no reason to stop: one after the other, and those that come meanwhile as one. */
export function reloadOnHangup(session: Session, app: Pick<App, 'reload'>): Disposable {
  const reloading = new Reloading(session, app);
  let running: Promise<void> | null = null;
  let isAskedAgain = false;
  const run = async () => {
    do {
      isAskedAgain = false;
      await reloading.reload();
    } while (isAskedAgain);
    running = null;
  };
  return session.interruption.onHangup(() => {
    isAskedAgain = running !== null;
    running ??= run();
  });
}

class Reloading {
  readonly #session: Session;
  readonly #app: Pick<App, 'reload'>;
  /** What is in force: those that need a restart stay as they were at the start. */
  #inForce: LoadedSettings;

  constructor(session: Session, app: Pick<App, 'reload'>) {
    this.#session = session;
    this.#app = app;
    this.#inForce = session.given;
  }

  /** Never fails: what is wrong is logged, and nothing of it changes. */
  async reload(): Promise<void> {
    const { logger } = this.#session;
    await tellSystemd(this.#session, 'reloading');
    const read = this.#reread();
    const changed = read === null ? [] : changedSettings(this.#inForce, read);
    const [applied, left] = [changed.filter(isApplied), changed.filter((name) => !isApplied(name))];
    const settings = read === null ? {} : picked(read.settings, applied);
    this.#inForce = withSettings(this.#inForce, settings, read);
    setLogLevel(logger, this.#session.logLevelOf(this.#inForce));
    const reloaded = await this.#app.reload(settings);
    for (const { name, error } of reloaded)
      if (error !== null)
        logger.error({ name, err: error }, 'could not be read again; what was read before stays');
    if (left.length > 0)
      logger.warn(
        { settings: left.map(keyOf) },
        'settings have changed that wait for a restart: restart to apply',
      );
    const isWhole = read !== null && reloaded.every(({ error }) => error === null);
    logger.info(reloadFields(settings, reloaded), isWhole ? 'reloaded' : 'reloaded in part');
    await tellSystemd(this.#session, 'ready');
  }

  #reread(): LoadedSettings | null {
    try {
      return this.#session.reread();
    } catch (error) {
      this.#session.logger.error({ err: error }, 'the configuration is wrong; settings stay as they are');
      return null;
    }
  }
}

function reloadFields(settings: object, reloaded: readonly Reloaded[]): object {
  const changed = Object.entries(settings).map(([name, value]) => [name, maskedValue(value)] as const);
  const names = reloaded.filter(({ error }) => error === null).map(({ name }) => name);
  return { changed: Object.fromEntries(changed), ...(names.length > 0 && { reloaded: names }) };
}

function changedSettings(before: LoadedSettings, after: LoadedSettings): readonly SettingName[] {
  const names = definitions().map(([name]) => name);
  return names.filter((name) => !isDeepStrictEqual(before.settings[name], after.settings[name]));
}

function isApplied(name: SettingName): boolean {
  return definitionOf(name)?.onReload === true;
}

function keyOf(name: SettingName): string {
  return fileKey(definitionOf(name)?.flag ?? name);
}

function definitionOf(name: SettingName) {
  return definitions().find(([key]) => key === name)?.[1];
}

function picked<T extends object>(values: T, names: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Partial<T>;
}

function withSettings(
  before: LoadedSettings,
  settings: Partial<LoadedSettings['settings']>,
  read: LoadedSettings | null,
): LoadedSettings {
  const names = Object.keys(settings) as SettingName[];
  const origins = read === null ? {} : picked(read.origins, names);
  return {
    ...before,
    settings: { ...before.settings, ...settings },
    origins: { ...before.origins, ...origins },
  };
}
