/** Several sources in one text, as in `WANDB_LOGDIR_SOURCE`. @module */

import { delimiter } from 'node:path';

/** `http://user@host:8080/acme/demo`: its colons part nothing. Names on a W&B server have none. */
const ADDRESS = String.raw`https?:\/\/(?:[^/@:]*(?::[^/@:]*)?@)?(?:\[[^\]]*\]|[^/:]*)(?::\d+(?=[/?#:]|$))?[^:]*`;
/** `wandb:acme/demo`, `wandb://acme/demo`, and `wandb:` for everything. */
const ON_SERVER = 'wandb:[^:]*';
/** `localhost:8080/acme/demo`: an address that lacks its scheme stays whole, so that its owner recognizes it. */
const HOST_AND_PORT = String.raw`(?:localhost|\d+(?:\.\d+){3}|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}):\d{2,5}\/[^:]*`;
const SOURCES = new RegExp(`(?<=^|:)(?:${ADDRESS}|${ON_SERVER}|${HOST_AND_PORT}|[^:]+)(?=:|$)`, 'g');

/** The parts of a list that is parted as PATH is; an address is one part, with its port. */
export function splitSources(text: string): string[] {
  // Where paths themselves have colons, something else parts them.
  if (delimiter !== ':') return text.split(delimiter).filter(Boolean);
  return text.match(SOURCES) ?? [];
}
