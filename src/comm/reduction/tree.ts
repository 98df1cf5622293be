import { unitsOfRank } from './units.ts';

/*
 * The one binary tree over the units 0 .. U-1. Its node (level, index) covers the units from index 2^level up to
 * (index + 1) 2^level and is the sum of its two halves; where the right half lies beyond the last unit, the node is its
 * left half. A rank's block of units is folded into the largest whole nodes within it, its roots; then the roots of all
 * ranks become one sum by the same rule. How the units are dealt changes who adds, never what is added to what.
 */

/** A stack of nodes, the newest last, on which siblings become their parent. */
class Carry {
  readonly levels: number[] = [];
  readonly indices: number[] = [];

  push(level: number, index: number): void {
    this.levels.push(level);
    this.indices.push(index);
  }

  /** Joins the two newest nodes if they are siblings. @returns whether they were */
  join(): boolean {
    const top = this.levels.length - 1;
    if (top < 1 || this.levels[top] !== this.levels[top - 1]) return false;
    const left = this.indices[top - 1];
    if (left % 2 === 1 || this.indices[top] !== left + 1) return false;
    this.levels.length = top;
    this.indices.length = top;
    this.levels[top - 1]++;
    this.indices[top - 1] = left / 2;
    return true;
  }
}

/** How one rank folds its units. */
export interface UnitFold {
  /** for each unit of the rank: how many times the two newest partial sums become one once it is there */
  readonly merges: readonly number[];
  /** partial sums that are alive at a time, at most; a unit that is added to one at once does not count */
  readonly depth: number;
  /** partial sums that are left */
  readonly roots: number;
}

export function unitFold(units: number, rank: number, size: number): UnitFold {
  const { begin, end } = unitsOfRank(units, rank, size);
  const carry = new Carry();
  const merges: number[] = [];
  let depth = 0;
  for (let unit = begin; unit < end; unit++) {
    carry.push(0, unit);
    let merged = 0;
    while (carry.join()) merged++;
    merges.push(merged);
    depth = Math.max(depth, carry.levels.length);
  }
  return { merges, depth, roots: carry.levels.length };
}

/** How the roots of all ranks, rank 0's first, become one sum. */
export interface RootFold {
  /** roots of each rank */
  readonly counts: readonly number[];
  /** for each root: how many times the two topmost become one once it is there */
  readonly merges: readonly number[];
}

export function rootFold(units: number, size: number): RootFold {
  const counts: number[] = [];
  const merges: number[] = [];
  const carry = new Carry();
  for (let rank = 0; rank < size; rank++) {
    const roots = rootsOf(units, rank, size);
    counts.push(roots.levels.length);
    for (const [i, level] of roots.levels.entries()) {
      carry.push(level, roots.indices[i]);
      let merged = 0;
      while (carry.join()) merged++;
      merges.push(merged);
    }
  }
  // What is left has no right sibling within the units: the newest is the right half of the one before it.
  merges[merges.length - 1] += carry.levels.length - 1;
  return { counts, merges };
}

function rootsOf(units: number, rank: number, size: number): Carry {
  const { begin, end } = unitsOfRank(units, rank, size);
  const carry = new Carry();
  for (let unit = begin; unit < end; unit++) {
    carry.push(0, unit);
    while (carry.join());
  }
  return carry;
}

/** The tree's sum of one number per unit, in float64. `values` [units, stride] is read at `offset` of each row. */
export function treeSum(values: Float64Array, units: number, stride: number, offset: number): number {
  return node(0, span(units));

  function node(begin: number, width: number): number {
    if (width === 1) return values[begin * stride + offset];
    const half = width / 2;
    const left = node(begin, half);
    return begin + half < units ? left + node(begin + half, half) : left;
  }
}

/** The smallest power of two that is not less. */
function span(units: number): number {
  return 2 ** Math.ceil(Math.log2(units));
}
