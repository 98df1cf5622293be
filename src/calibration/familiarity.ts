/**
 * Whether an input is like those of the training. Class probabilities do not say: a letter shown to a network of digits has to
 * be one of ten. What says it is how far its nearest neighbours among training examples are (Sun et al. 2022, arXiv 2204.06507), once as
 * inputs and once as features, against how far they are for held-out examples: a p-value that needs no assumption on
 * the distribution of distances (Bates et al. 2023, arXiv 2104.08279, eq. 2).
 */
import { type PrincipalAxes, onAxes, principalAxes } from './principal-axes.ts';

/** Which of the nearest neighbours counts: the third is steadier than the first. */
const neighbour = 3;

/** Coordinates in which distances are taken. */
const mostAxes = 64;

/** Examples from which axes are learned. */
const forAxes = 4000;

/** A group of fewer held-out examples has no distances of its own, all together are taken. */
const leastOfGroup = 200;

/** Examples in two views. */
export interface Viewed {
  readonly count: number;
  /** [count, width] each */
  readonly inputs: Float32Array;
  readonly features: Float32Array;
  /** [count]: of references the class, of others the predicted one; all 0 where there are no classes */
  readonly groups: Int32Array;
}

export interface FamiliarityView extends PrincipalAxes {
  /** [references, kept] */
  readonly references: Float32Array;
  /** of each group, ascending: distances of its held-out examples, or of all where it has few */
  readonly distances: readonly Float64Array[];
}

export interface Familiarity {
  /** [references]: the class of each */
  readonly groups: Int32Array;
  readonly inputs: FamiliarityView;
  readonly features: FamiliarityView;
}

const viewNames = ['inputs', 'features'] as const;

/**
 * @param references examples of the training
 * @param heldOut others, which the training did not see
 * @param groups how many there are
 */
export function learnFamiliarity(references: Viewed, heldOut: Viewed, groups: number): Familiarity {
  const view = (name: (typeof viewNames)[number]): FamiliarityView => {
    const width = references[name].length / references.count;
    const some = Math.min(forAxes, references.count);
    const axes = principalAxes(references[name].subarray(0, some * width), width, mostAxes);
    const placed = onAxes(references[name], axes);
    const own = distancesTo(placed, references.groups, onAxes(heldOut[name], axes), heldOut.groups, axes.kept);
    const all = own.toSorted();
    const distances = Array.from({ length: groups }, (_, group) => {
      const ofGroup = own.filter((_distance, n) => heldOut.groups[n] === group);
      return ofGroup.length < leastOfGroup ? all : ofGroup.toSorted();
    });
    return { ...axes, references: placed, distances };
  };
  return { groups: references.groups, inputs: view('inputs'), features: view('features') };
}

/**
 * For each input the share of held-out examples of its predicted class that are as far from the training as it is: in 0 .. 1, uniform or
 * larger for inputs like those. Of the two views the smaller share, doubled (Bonferroni).
 */
export function familiarityOf(familiarity: Familiarity, examples: Viewed): Float64Array {
  const shares = new Float64Array(examples.count).fill(1);
  for (const name of viewNames) {
    const view = familiarity[name];
    const placed = onAxes(examples[name], view);
    const own = distancesTo(view.references, familiarity.groups, placed, examples.groups, view.kept);
    for (const [n, distance] of own.entries()) {
      const held = view.distances[examples.groups[n]!]!;
      const further = held.length - firstAtLeast(held, distance);
      shares[n] = Math.min(shares[n]!, (2 * (1 + further)) / (held.length + 1));
    }
  }
  return shares;
}

/** Distance of each input's features to its third nearest neighbour: a score of how unlike the training it is. */
export function featureDistances({ groups, features }: Familiarity, examples: Viewed): Float64Array {
  const placed = onAxes(examples.features, features);
  return distancesTo(features.references, groups, placed, examples.groups, features.kept).map(Math.sqrt);
}

/** How many of ascending values are below this one. */
function firstAtLeast(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Coordinates after which a distance is known to be too long, or goes on. */
const stretch = 8;

/** References by their group, those of one side by side: each row goes through all of them. */
function gathered(references: Float32Array, groups: Int32Array, width: number): ReadonlyMap<number, Float32Array> {
  const counts = new Map<number, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const byGroup = new Map([...counts].map(([group, count]) => [group, new Float32Array(count * width)]));
  for (const group of counts.keys()) counts.set(group, 0);
  for (const [i, group] of groups.entries()) {
    const place = counts.get(group)!;
    byGroup.get(group)!.set(references.subarray(i * width, (i + 1) * width), place * width);
    counts.set(group, place + 1);
  }
  return byGroup;
}

/** Squared distance of each row to its third nearest reference of its group; of all where the group has fewer. */
function distancesTo(
  references: Float32Array,
  groups: Int32Array,
  rows: Float32Array,
  rowGroups: Int32Array,
  width: number,
): Float64Array {
  const byGroup = gathered(references, groups, width);
  const nearest = new Float64Array(neighbour);
  const row = new Float64Array(width);
  return Float64Array.from(rowGroups, (group, n) => {
    const own = byGroup.get(group) ?? references;
    const others = own.length < neighbour * width ? references : own;
    nearest.fill(Number.POSITIVE_INFINITY);
    row.set(rows.subarray(n * width, (n + 1) * width));
    for (let at = 0; at < others.length; at += width) {
      const limit = nearest[neighbour - 1]!;
      let sum = 0;
      for (let k = 0; k < width && sum < limit; ) {
        for (const end = Math.min(k + stretch, width); k < end; k++) {
          const difference = row[k]! - others[at + k]!;
          sum += difference * difference;
        }
      }
      if (sum >= limit) continue;
      let place = neighbour - 1;
      for (; place > 0 && nearest[place - 1]! > sum; place--) nearest[place] = nearest[place - 1]!;
      nearest[place] = sum;
    }
    return nearest[Math.min(neighbour, groups.length) - 1]!;
  });
}
