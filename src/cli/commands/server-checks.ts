/** What `doctor` finds out about the W&B server: key, host, clock, what is left of the rate limit. @module */

import { type App, keyAdvice } from '../../app/index.ts';
import { apiKeyFinder, type FoundKey } from '../../config/index.ts';
import type { Session } from '../session.ts';
import type { Finding } from './checks.ts';

/** A clock that is further off makes ages and states of runs look wrong. */
const TOLERATED_SKEW_MS = 60_000;
/** On W&B's scale from 0 to 1,000: less than this and requests soon have to wait. */
const LITTLE_BUDGET = 100;

export async function checkServer(session: Session, app: App): Promise<Finding[]> {
  const key = await findKey(session);
  return [keyFinding(session, key), ...(await checkAnswers(session, app))];
}

/** The key for the configured server, and where it was found. */
export async function findKey({ environment, loaded }: Session): Promise<FoundKey | null> {
  const { baseUrl, apiKeyFile } = loaded.settings;
  return await apiKeyFinder(environment, apiKeyFile)(baseUrl).catch(() => null);
}

export function keyFinding({ loaded }: Session, key: FoundKey | null): Finding {
  const { baseUrl } = loaded.settings;
  if (key !== null) return { mark: 'ok', text: `API key for ${baseUrl}: in ${key.origin}` };
  const text = `API key for ${baseUrl}: none; public projects alone`;
  return { mark: 'warn', text, next: keyAdvice(baseUrl) };
}

async function checkAnswers({ loaded, interruption }: Session, app: App): Promise<Finding[]> {
  const { baseUrl } = loaded.settings;
  try {
    const viewer = await app.viewer({ signal: interruption.signal });
    const who = viewer === null ? 'without a key' : `as ${viewer.username ?? viewer.entity}`;
    const teams = viewer === null ? '' : `; entities: ${viewer.entities.join(', ')}`;
    return [{ mark: 'ok', text: `W&B ${baseUrl}: answers ${who}${teams}` }, ...checkReport(app)];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      { mark: 'fail', text: `W&B ${baseUrl}: ${message}`, next: 'check --base-url, the key and the network' },
    ];
  }
}

function checkReport(app: App): Finding[] {
  const { clockSkewMs, remaining } = app.serverReport();
  const findings: Finding[] = [];
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > TOLERATED_SKEW_MS) {
    const seconds = Math.round(Math.abs(clockSkewMs) / 1000);
    const text = `clock: ${seconds} s ${clockSkewMs > 0 ? 'ahead of' : 'behind'} the server's`;
    findings.push({ mark: 'warn', text, next: 'set the clock: sudo timedatectl set-ntp true' });
  } else if (clockSkewMs !== null) findings.push({ mark: 'ok', text: 'clock: agrees with the server’s' });
  if (remaining === null) return findings;
  const text = `rate limit: ${Math.round(remaining / 10)} % of the window left`;
  const isLittle = remaining < LITTLE_BUDGET;
  const next = 'other programs use this key, too; requests will wait their turn';
  return [...findings, isLittle ? { mark: 'warn', text, next } : { mark: 'ok', text }];
}
