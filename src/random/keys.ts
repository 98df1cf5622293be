/**
 * Noise is a function, not a stream: every random number of credence is Philox4x32-10 of a key and a counter that say
 * what it is for. Nothing is ever stored or sent to reproduce noise, and the order of evaluation does not matter.
 *
 * key      = (seed low 32 bits, seed high 32 bits)
 * counter  = (block, step, layer << 16 | replica, purpose << 24 | example)
 *
 * `block` counts the 128-bit outputs within one tensor; `step` is the training step, the Monte Carlo draw or the epoch;
 * `example` is the example's place in its replica's batch, 0 where the noise belongs to the weights.
 */
export interface NoiseKey {
  /** a non-negative safe integer */
  readonly seed: number;
  /** below 256 */
  readonly purpose: number;
  /** training step, Monte Carlo draw or epoch; below 2^32 */
  readonly step: number;
  /** below 65,536 */
  readonly replica: number;
  /** below 65,536 */
  readonly layer: number;
  /** below 2^24; 0 for noise on weights */
  readonly example: number;
}

/** What a random number is for. The values are part of the file format: a change alters every run with a given seed. */
export const purpose = {
  initialValue: 1,
  weightNoise: 2,
  inputSigns: 3,
  outputSigns: 4,
  predictionNoise: 5,
  dataOrder: 6,
  augmentation: 7,
  dropoutMask: 8,
  dataSplit: 9,
  detectorNoise: 10,
  signalDraw: 11,
  bootstrap: 12,
  corruption: 13,
  heldOut: 14,
  featureSketch: 15,
  conformalRank: 16,
  ownNumbers: 17,
} as const;

/*
 * Elements of one tensor, in row-major order:
 *
 * normal  element e comes from block 4*(e >> 4) + (e & 3) and its partner words. With W0..W3 the words of that block,
 *         j = (e >> 2) & 3:  j = 0: R(W0) cos(pi A(W1)), j = 1: R(W0) sin(pi A(W1)), j = 2: R(W2) cos(pi A(W3)),
 *         j = 3: R(W2) sin(pi A(W3)),  R(w) = sqrt(-2 ln(w 2^-32 + 2^-33)), A(w) = (w as signed int32) 2^-31.
 *         (Box and Muller 1958. Four blocks side by side fill sixteen elements: that is what four SIMD lanes compute,
 *         without a transposition; the smallest R's argument, 2^-33, reaches 6.7 standard deviations.)
 * sign    element (example, f): bit f & 31 of word (f >> 5) & 3 of block f >> 7, with the example in the counter;
 *         a set bit is -1.
 * mask    element (example, f), with the example in the counter: word (f >> 2) & 3 of block 4*(f >> 4) + (f & 3); kept
 *         where word 2^-32 is below the probability of being kept. (Sixteen elements of four blocks, as of normals.)
 * uniform (reals for initial values, integers for permutations): word e & 3 of block e >> 2. A real is
 *         (word >> 9) 2^-23 + 2^-24; an integer below n is word mod n, a word of the incomplete last n is passed over.
 */
