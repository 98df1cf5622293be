/**
 * Kernels of bfloat16 in the blocked layouts of another library: runs as in blocked.ts, in which each lane may be a pair
 * of neighbouring channels of the other kind, as the processors' dot products of pairs want them.
 */
import { narrow4 } from './bfloat16';

/**
 * For each run, in the order of memory, where its rows and columns begin in the kernel as the graph stores it, in
 * elements; the loops are those of listRuns.
 */
export function listPlaces(
  places: usize,
  n0: i32,
  step0: i32,
  n1: i32,
  step1: i32,
  n2: i32,
  step2: i32,
  n3: i32,
  step3: i32,
  n4: i32,
  step4: i32,
): void {
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      for (let i2 = 0; i2 < n2; i2++) {
        for (let i3 = 0; i3 < n3; i3++) {
          let place = i0 * step0 + i1 * step1 + i2 * step2 + i3 * step3;
          for (let i4 = 0; i4 < n4; i4++, places += 4, place += step4) store<u32>(places, place);
        }
      }
    }
  }
}

/**
 * A float32 kernel in the order of the layout, zeros where it is padded. Strides in elements of the kernel as it is
 * stored; `lanes` and `pair` make up a run, `laneCount` and `otherCount` are the channels that there are.
 */
export function layPaired(
  target: usize,
  plain: usize,
  table: usize,
  places: usize,
  runs: i32,
  lanes: i32,
  pair: i32,
  laneCount: i32,
  otherCount: i32,
  laneStride: i32,
  otherStride: i32,
): void {
  const end = table + (<usize>runs << 2);
  for (; table < end; table += 4, places += 4) {
    const other = <i32>load<u16>(table);
    const lane = <i32>load<u16>(table, 2);
    const first = load<i32>(places) + other * otherStride + lane * laneStride;
    for (let l = 0; l < lanes; l++) {
      for (let p = 0; p < pair; p++, target += 4) {
        const isThere = lane + l < laneCount && other + p < otherCount;
        store<f32>(target, isThere ? load<f32>(plain + (<usize>(first + l * laneStride + p * otherStride) << 2)) : 0);
      }
    }
  }
}

/**
 * An example's own kernel, own = mean + signs . perturbation (Wen et al. 2018, eq. 4), formed in float32 and rounded once.
 * `elements` of a run, a multiple of eight; the masks of its lanes stand `pair` times each.
 */
export function formPaired(
  own: usize,
  mean: usize,
  perturbation: usize,
  table: usize,
  runs: i32,
  elements: i32,
  pair: i32,
  laneMasks: usize,
  otherMasks: usize,
): void {
  const end = table + (<usize>runs << 2);
  const bytes: usize = <usize>elements << 2;
  for (; table < end; table += 4, own += bytes >> 1, mean += bytes, perturbation += bytes) {
    const at = otherMasks + (<usize>load<u16>(table) << 2);
    const other = pair == 2 ? v128.load64_splat(at) : v128.load32_splat(at);
    const masks = laneMasks + (<usize>(<i32>load<u16>(table, 2) * pair) << 2);
    for (let i: usize = 0; i < bytes; i += 32) {
      const low = v128.xor(v128.xor(other, v128.load(masks + i)), v128.load(perturbation + i));
      const high = v128.xor(v128.xor(other, v128.load(masks + i, 16)), v128.load(perturbation + i, 16));
      v128.store(
        own + (i >> 1),
        i16x8.narrow_i32x4_u(
          narrow4(f32x4.add(v128.load(mean + i), low)),
          narrow4(f32x4.add(v128.load(mean + i, 16), high)),
        ),
      );
    }
  }
}
