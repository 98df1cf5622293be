import type { Collective, Communicator, FoldRequest } from '../communicator.ts';
import { assertShared, type Elements } from '../elements.ts';
import { Fold } from '../fold.ts';

const nothing: Collective = { start() {}, test: () => true, wait() {}, run() {} };

function once(work: () => void): Collective {
  return { start: work, test: () => true, wait() {}, run: work };
}

/** A training that runs on one rank: what the ranks would exchange is there already. */
export const solo: Communicator = {
  kind: 'solo',
  description: 'one rank',
  rank: 0,
  size: 1,
  localRank: 0,
  host: 'this machine',
  allreduce(values: Elements, _reduction, name) {
    assertShared(values, `"${name}"`);
    return nothing;
  },
  broadcast(values, _root, name) {
    assertShared(values, `"${name}"`);
    return nothing;
  },
  allgather(own, all, name) {
    assertShared(own, `"${name}"`);
    assertShared(all, `"${name}"`);
    return once(() => (all as Float64Array).set(own as Float64Array));
  },
  barrier: () => nothing,
  fold({ parts, merges, total }: FoldRequest) {
    const fold = new Fold(parts, merges, [total]);
    return once(() => fold.run());
  },
  abort() {},
  close() {},
};
