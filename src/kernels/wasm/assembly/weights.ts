/** Weights in the order in which the tiles read them, and flipout's own weights of each example. */

/**
 * One panel of an example's weights, W = mean + rowSign laneSign perturbation (Wen et al. 2018, eq. 4): `rowSigns` [k],
 * eight lanes' signs at `laneSigns`.
 */
export function formPanel(
  target: usize,
  mean: usize,
  perturbation: usize,
  rowSigns: usize,
  laneSigns: usize,
  k: i32,
): void {
  const low = v128.load(laneSigns);
  const high = v128.load(laneSigns, 16);
  for (; k > 0; k--, target += 32, mean += 32, perturbation += 32, rowSigns += 4) {
    const sign = v128.load32_splat(rowSigns);
    const p0 = f32x4.mul(f32x4.mul(sign, low), v128.load(perturbation));
    const p1 = f32x4.mul(f32x4.mul(sign, high), v128.load(perturbation, 16));
    v128.store(target, f32x4.add(v128.load(mean), p0));
    v128.store(target, f32x4.add(v128.load(mean, 16), p1), 16);
  }
}

/** signs [n] `repeats` times over. */
export function repeatSigns(target: usize, signs: usize, n: i32, repeats: i32): void {
  for (let i = 0; i < repeats; i++) {
    for (let c = 0; c < n; c++, target += 4) store<f32>(target, load<f32>(signs + (<usize>c << 2)));
  }
}

/** Signs [n], zeros up to a multiple of eight. */
export function padSigns(target: usize, signs: usize, n: i32): void {
  const end = (n + 7) & ~7;
  for (let c = 0; c < end; c++, target += 4, signs += 4) store<f32>(target, c < n ? load<f32>(signs) : 0);
}
