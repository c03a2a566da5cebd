/** Who is asking: Basic `api:KEY`, Bearer, or nobody. @module */

import type { User } from '../store/user.ts';
import type { WandbStore } from '../store/wandb-store.ts';
import { jsonReply, type Reply } from './reply.ts';

/** `viewer` null: a request without a key, which may read public projects. `refusal`: a key nobody has. */
export function authenticate(
  store: WandbStore,
  authorization: string | null,
): { readonly viewer: User | null; readonly refusal: Reply | null } {
  if (authorization === null) return { viewer: null, refusal: null };
  const user = store.userOfKey(keyOf(authorization));
  if (user !== undefined) return { viewer: user, refusal: null };
  return { viewer: null, refusal: unauthorized() };
}

export function unauthorized(): Reply {
  const error = { message: 'user is not logged in', extensions: { code: 'PERMISSION_ERROR' } };
  return jsonReply(401, { errors: [error], data: null });
}

/** The API key of a header; empty when it is of no form the server knows. */
function keyOf(authorization: string): string {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  const text = Buffer.from(credentials, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}
