/** What happens to runs, keys and quotas while they are read. @module */

import type { Effect, LoggedRequest } from '../wandb-server/index.ts';
import { deed, type FaultKind, type Scene, type Trouble } from './fault.ts';
import { MORTAL } from './fleet.ts';

export const DEEDS: readonly FaultKind[] = [
  deed('a run is rewound', ({ fleet }) => fleet.rewindSome()),
  deed('a run begins anew', ({ fleet }) => fleet.reinitSome()),
  deed('a run is exported', ({ fleet }) => fleet.exportSome()),
  { name: 'a run is deleted', begin: ({ fleet }) => fleet.deleteSome() },
  { name: 'a run is deleted while it is read', begin: deletedWhileRead },
  { name: 'a wrong key', begin: (scene) => withKey(scene, '0'.repeat(40)) },
  { name: 'no key', begin: (scene) => withKey(scene, null) },
  { name: 'a limit on requests', begin: limited },
];

/** Between the answer that tells of it and the request for its rows. */
function deletedWhileRead({ server, fleet }: Scene): Trouble {
  let deletion: Trouble | null = null;
  const effect: Effect = {
    after: (reply) => {
      deletion = fleet.deleteSome();
      return reply;
    },
  };
  const fault = server.faults.add({ match: { operation: 'RunDetail', run: MORTAL }, effect, times: 1 });
  return {
    hits: () => deletion?.hits() ?? 0,
    end: () => {
      fault.remove();
      deletion?.end();
    },
  };
}

function withKey(scene: Scene, key: string | null): Trouble {
  const { server } = scene;
  const from = server.requests.all.length;
  scene.key = key;
  const good = `Basic ${btoa(`api:${server.apiKey}`)}`;
  const isHit = ({ door, authorization }: LoggedRequest) => door === 'graphql' && authorization !== good;
  return {
    hits: () => server.requests.all.slice(from).filter(isHit).length,
    end: () => {
      scene.key = server.apiKey;
    },
  };
}

function limited({ server, random }: Scene): Trouble {
  const from = server.requests.all.length;
  server.limitRate({
    requests: 1 + Math.floor(random() * 5),
    windowMs: 1000,
    sendsRetryAfter: random() < 0.5,
  });
  return {
    hits: () => server.requests.all.slice(from).filter(({ status }) => status === 429).length,
    end: () => server.limitRate(null),
  };
}
