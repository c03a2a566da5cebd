/** Every kind of trouble that a storm is made of. @module */

import { answerStatus, type RequestMatcher, replaceAt } from '../wandb-server/index.ts';
import { ANSWER_FAULTS, CONNECTION_FAULTS, STATUS_FAULTS } from './answer-faults.ts';
import { DEEDS } from './deeds.ts';
import { after, type FaultKind, onRequests, type Scene } from './fault.ts';
import { FILE_FAULTS } from './file-faults.ts';
import { WRONG_TYPES, type WrongType } from './wrong-types.ts';

export const FAULT_KINDS: readonly FaultKind[] = [
  ...STATUS_FAULTS,
  ...ANSWER_FAULTS,
  ...WRONG_TYPES.map(wrongTypeKind),
  ...CONNECTION_FAULTS,
  ...FILE_FAULTS,
  ...DEEDS,
];

function wrongTypeKind({ operation, path, value }: WrongType): FaultKind {
  const name = `${operation}: ${path.join('.')} is ${JSON.stringify(value)}`;
  const kind = onRequests(name, [{ operation }], () => replaceAt(path, value));
  return operation === 'SampledHistory' ? onlyKeyByKey(kind) : kind;
}

/** Rows are asked for key by key where pages of them cannot be had: so they can't meanwhile, for runs still unread. */
function onlyKeyByKey(kind: FaultKind): FaultKind {
  const pages: RequestMatcher = { operation: 'HistoryPage' };
  const begin = (scene: Scene) => {
    const noPages = scene.server.faults.add({ match: pages, effect: answerStatus(502) });
    const { hits, end } = kind.begin(scene);
    return {
      hits,
      end: () => {
        noPages.remove();
        end();
      },
    };
  };
  return after(({ fleet }) => fleet.addShort(), { ...kind, begin });
}
