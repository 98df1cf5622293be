/**
 * Kernels in the blocked layouts of another library: runs of channels of one kind (lanes), each run under one channel
 * of the other kind. A table says of every run which; four bytes for each, so that any blocking costs the same.
 */

/**
 * Writes the table: for each run, in the order of memory, the other channel and the first lane, 16 bits each. Five loops,
 * outermost first, each with its extent and its steps in both.
 */
export function listRuns(
  table: usize,
  n0: i32,
  other0: i32,
  lane0: i32,
  n1: i32,
  other1: i32,
  lane1: i32,
  n2: i32,
  other2: i32,
  lane2: i32,
  n3: i32,
  other3: i32,
  lane3: i32,
  n4: i32,
  other4: i32,
  lane4: i32,
): void {
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      for (let i2 = 0; i2 < n2; i2++) {
        for (let i3 = 0; i3 < n3; i3++) {
          let other = i0 * other0 + i1 * other1 + i2 * other2 + i3 * other3;
          let lane = i0 * lane0 + i1 * lane1 + i2 * lane2 + i3 * lane3;
          for (let i4 = 0; i4 < n4; i4++, table += 4, other += other4, lane += lane4) {
            store<u32>(table, other | (lane << 16));
          }
        }
      }
    }
  }
}

/** Signs [n] as masks of the sign bit, zeros behind them up to `padded`; each `repeats` times. */
export function signMasks(masks: usize, signs: usize, n: i32, padded: i32, repeats: i32): void {
  for (let i = 0; i < padded; i++) {
    const mask: u32 = i < n ? load<u32>(signs + i * 4) & 0x80000000 : 0;
    for (let r = 0; r < repeats; r++, masks += 4) store<u32>(masks, mask);
  }
}

// @ts-ignore: decorator
@inline
function form4(own: usize, mean: usize, perturbation: usize, masks: usize, other: v128): void {
  const sign = v128.xor(other, v128.load(masks));
  v128.store(own, f32x4.add(v128.load(mean), v128.xor(sign, v128.load(perturbation))));
}

/** An example's own kernel, own = mean + signs . perturbation (Wen et al. 2018, eq. 4); the signs by exclusive or. */
export function formBlocked(
  own: usize,
  mean: usize,
  perturbation: usize,
  table: usize,
  runs: i32,
  lanes: i32,
  laneMasks: usize,
  otherMasks: usize,
): void {
  const end = table + (<usize>runs << 2);
  const bytes: usize = <usize>lanes << 2;
  for (; table < end; table += 4, own += bytes, mean += bytes, perturbation += bytes) {
    const other = v128.load32_splat(otherMasks + (<usize>load<u16>(table) << 2));
    const masks = laneMasks + (<usize>load<u16>(table, 2) << 2);
    let i: usize = 0;
    for (; i + 32 <= bytes; i += 32) {
      form4(own + i, mean + i, perturbation + i, masks + i, other);
      form4(own + i + 16, mean + i + 16, perturbation + i + 16, masks + i + 16, other);
    }
    if (i < bytes) form4(own + i, mean + i, perturbation + i, masks + i, other);
  }
}

// @ts-ignore: decorator
@inline
function fold4(dMean: usize, dPerturbation: usize, gradient: usize, masks: usize, other: v128, first: bool): void {
  let g = v128.load(gradient);
  let signed = v128.xor(v128.xor(other, v128.load(masks)), g);
  if (!first) {
    g = f32x4.add(v128.load(dMean), g);
    signed = f32x4.add(v128.load(dPerturbation), signed);
  }
  v128.store(dMean, g);
  v128.store(dPerturbation, signed);
}

/** An example's weight gradient: dMean += gradient, dPerturbation += signs . gradient; the first one is not added. */
export function foldBlocked(
  dMean: usize,
  dPerturbation: usize,
  gradient: usize,
  table: usize,
  runs: i32,
  lanes: i32,
  laneMasks: usize,
  otherMasks: usize,
  first: bool,
): void {
  const end = table + (<usize>runs << 2);
  const bytes: usize = <usize>lanes << 2;
  for (; table < end; table += 4, gradient += bytes, dMean += bytes, dPerturbation += bytes) {
    const other = v128.load32_splat(otherMasks + (<usize>load<u16>(table) << 2));
    const masks = laneMasks + (<usize>load<u16>(table, 2) << 2);
    let i: usize = 0;
    for (; i + 32 <= bytes; i += 32) {
      fold4(dMean + i, dPerturbation + i, gradient + i, masks + i, other, first);
      fold4(dMean + i + 16, dPerturbation + i + 16, gradient + i + 16, masks + i + 16, other, first);
    }
    if (i < bytes) fold4(dMean + i, dPerturbation + i, gradient + i, masks + i, other, first);
  }
}
