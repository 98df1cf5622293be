import type { Communicator } from '../communicator.ts';

/** A training that runs on one rank: every sum is there already. */
export const solo: Communicator = { rank: 0, size: 1, allreduceSum() {} };
