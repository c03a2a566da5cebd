/** The key that requests to W&B carry. @module */

/** A key and where it was found, for people: `WANDB_API_KEY`, `~/.netrc`. */
export interface ApiKey {
  readonly key: string;
  readonly origin: string;
  /** Told when the server has refused something with it, where there may be another. */
  readonly onRefusal?: () => void;
}

/** What a request asks about, by W&B's names: whom its key must let see that. */
export interface KeyPurpose {
  readonly entity?: string;
  readonly project?: string;
}

/** Looks for the key of a server, anew each time: it may be changed while the program runs. Null: there is none. */
export type FindApiKey = (baseUrl: string, purpose: KeyPurpose) => Promise<ApiKey | null>;

/** Where people get a key, and where it is looked for. */
export function keyAdvice(baseUrl: string): string {
  return `Get a key at ${appUrl(baseUrl)}/authorize, then run: wandb login${hostOption(baseUrl)} (or set WANDB_API_KEY, or give --api-key-file FILE)`;
}

/** The pages that belong to an API: W&B's cloud has them on another host. */
export function appUrl(baseUrl: string): string {
  return baseUrl.replace(/^https:\/\/api\.wandb\.ai$/, 'https://wandb.ai');
}

function hostOption(baseUrl: string): string {
  return baseUrl === 'https://api.wandb.ai' ? '' : ` --host ${baseUrl}`;
}
