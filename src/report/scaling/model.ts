/** The time of a training step on R ranks: compute, wait for the last rank, and what of the reduction is not hidden. */
import { cheapestAllreduceSeconds } from './allreduce.ts';
import type { Machine } from './machines.ts';
import { expectedLateness } from './stragglers.ts';

export type Scaling = 'weak' | 'strong';

export interface Workload {
  /** seconds of a step on one rank, nothing reduced */
  readonly computeSeconds: number;
  /** elements of the gradient */
  readonly elements: number;
  readonly wire: 'float32' | 'bfloat16';
  readonly bucketBytes: number;
  /** whether a bucket starts on its way while the backward pass fills the next */
  readonly overlap: boolean;
  /** `weak`: each rank has a batch of its own; `strong`: they share one */
  readonly scaling: Scaling;
}

/** Seconds but for the last two; `speedUp` is that of examples per second against one rank. */
export interface Prediction {
  readonly ranks: number;
  readonly compute: number;
  readonly wait: number;
  readonly communication: number;
  readonly step: number;
  readonly speedUp: number;
  readonly efficiency: number;
}

/** Of a step's compute time, the part in which gradients appear: a backward pass costs two forward passes. */
const backwardShare = 2 / 3;

/** @param ranks at least 1 */
export function predictStep(workload: Workload, machine: Machine, ranks: number): Prediction {
  const { computeSeconds, scaling } = workload;
  const compute = scaling === 'weak' ? computeSeconds : computeSeconds / ranks;
  const wait = compute * machine.spread * expectedLateness(machine.law, ranks);
  const communication = exposedSeconds(workload, machine, ranks, compute);
  const step = compute + wait + communication;
  const speedUp = (scaling === 'weak' ? ranks : 1) * (computeSeconds / step);
  return { ranks, compute, wait, communication, step, speedUp, efficiency: speedUp / ranks };
}

/** The spread with which the model gives `step` seconds on `ranks` ranks; 0 where even no spread is too slow. */
export function fitSpread(workload: Workload, machine: Machine, ranks: number, step: number): number {
  const even = predictStep(workload, { ...machine, spread: 0 }, ranks);
  return Math.max(0, (step - even.step) / (even.compute * expectedLateness(machine.law, ranks)));
}

/**
 * The largest spread with which `ranks` ranks keep an efficiency; null where they would not without any, and on one rank,
 * which waits for nobody.
 * @param efficiency in (0, 1)
 */
export function largestSpread(workload: Workload, machine: Machine, ranks: number, efficiency: number): number | null {
  const even = predictStep(workload, { ...machine, spread: 0 }, ranks);
  if (ranks === 1 || even.efficiency < efficiency) return null;
  return fitSpread(workload, machine, ranks, even.compute / efficiency);
}

/**
 * What the reduction adds to a step. Buckets are filled evenly through the backward pass and travel one after another;
 * with overlap only what is left after the backward pass counts.
 */
function exposedSeconds(workload: Workload, machine: Machine, ranks: number, compute: number): number {
  const bytes = workload.elements * (workload.wire === 'float32' ? 4 : 2);
  const buckets = Math.max(1, Math.ceil(bytes / workload.bucketBytes));
  const cost = reductionSeconds(machine, ranks, bytes / buckets);
  if (!workload.overlap) return buckets * cost;
  let end = 0;
  for (let bucket = 1; bucket <= buckets; bucket++) {
    const filled = compute * (1 - backwardShare * (1 - bucket / buckets));
    end = Math.max(end, filled) + cost;
  }
  return end - compute;
}

/** In two levels: within each node, then between the nodes, whose ranks share the node's link. */
function reductionSeconds({ within, between, ranksPerNode, reduceBandwidth }: Machine, ranks: number, bytes: number) {
  const local = cheapestAllreduceSeconds(Math.min(ranks, ranksPerNode), bytes, within, reduceBandwidth);
  const nodes = Math.ceil(ranks / ranksPerNode);
  return local + cheapestAllreduceSeconds(nodes, bytes, between, reduceBandwidth);
}
