/** The static graph: tensors of fixed shape, nodes in the order in which they may be executed. */

/** A real is float32, or bfloat16 where it is kept only to be multiplied (precision.ts). */
export type RealType = 'f32' | 'bf16';
export type DataType = RealType | 'i32' | 'u8';

/** Row-major; images are [batch, height, width, channels], kernels [height, width, input channels, output channels]. */
export type Shape = readonly number[];

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DataType;
}

export type TensorRole =
  | 'value' // computed by a node
  | 'input' // filled by the caller before a slice is run
  | 'parameter' // trained; lives from step to step
  | 'constant'; // filled once, when the plan is loaded

export interface Tensor extends TensorType {
  readonly id: number;
  readonly name: string;
  readonly role: TensorRole;
}

/** Those whose derivative follows from their value, so that a fused node keeps nothing else. */
export type Activation = 'none' | 'relu' | 'tanh' | 'softplus' | 'sigmoid' | 'elu' | 'leakyRelu';
export type Padding = 'SAME' | 'VALID';

export interface Window2d {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

export interface ConvolutionAttributes {
  readonly strides: readonly [number, number];
  /** 1 is a dense kernel */
  readonly dilations: readonly [number, number];
  readonly padding: Padding;
  /** inputs end with a bias [output channels] */
  readonly bias: boolean;
  readonly activation: Activation;
  /** applied after the activation; the node then has a second output, the indices */
  readonly pool: Window2d | null;
}

export interface ConvolutionBackwardAttributes extends ConvolutionAttributes {
  /** whether the gradient of the input is an output */
  readonly inputGradient: boolean;
}

/** Monte Carlo draws that a call computes side by side. */
export interface SeveralDraws {
  readonly count: number;
  /** from one to the next */
  readonly stride: number;
}

type None = Readonly<Record<never, never>>;

/**
 * The operations and their attributes. This page is the contract between the graph and the engines: each engine
 * implements every one, and one contract suite holds the engines together. B is the batch. NaN and infinities propagate,
 * through maxima too: the finite check finds them.
 *
 * Every real operand may be float32 or bfloat16, in any mix, but for the operations on regions. What is computed is
 * computed, and summed, as if all were float32; a result is rounded to bfloat16 once, when it is stored, to the nearest,
 * ties to even. Reals in attributes may be rounded to float32.
 */
export interface Operations {
  // Noise (random/keys.ts says which number is which). The seed, step, replica and first example are read from the
  // control block when the call runs; nothing else changes from step to step.
  /**
   * -> [shape], independent standard normals, the same for every example of a replica; with `draws` -> [count, ...shape],
   * part r as of the step `step + r stride`
   */
  normalNoise: {
    readonly purpose: number;
    readonly layer: number;
    readonly shape: Shape;
    readonly draws?: SeveralDraws;
  };
  /** -> [examples, features] of +1 and -1, row i for the example firstExample + i of the replica's batch */
  signNoise: { readonly purpose: number; readonly layer: number; readonly examples: number; readonly features: number };
  /** -> [examples, features] of 1 / keep, each with probability keep (0 < keep <= 1), and 0; rows as of signNoise */
  maskNoise: {
    readonly purpose: number;
    readonly layer: number;
    readonly examples: number;
    readonly features: number;
    readonly keep: number;
  };

  // Element by element, output of the input's shape.
  negate: None;
  exp: None;
  log: None;
  sqrt: None;
  square: None;
  relu: None;
  tanh: None;
  /** ln(1 + e^x), without overflow */
  softplus: None;
  sigmoid: None;
  /** x above 0, e^x - 1 below */
  elu: None;
  /** x above 0, 0.01 x below */
  leakyRelu: None;
  /** x * factor */
  scale: { readonly factor: number };
  /** x + offset */
  shift: { readonly offset: number };
  /** -> offset + ln(1 + e^x), and its derivative 1 / (1 + e^-x): a posterior's standard deviation */
  softplusScale: { readonly offset: number };
  /** x in another type */
  convert: { readonly dtype: RealType };
  /** (dy, y) -> dy * f'(x), with f' written in terms of y = f(x); `none` copies dy */
  activationGradient: { readonly activation: Activation };

  // (a, b) -> shape of a. b has the shape of a, or a suffix of it ([] is a scalar), repeated over the leading axes.
  add: None;
  subtract: None;
  multiply: None;
  divide: None;

  /** sum over the first `leading` axes and the last `trailing` axes; the rest keep their order */
  sum: { readonly leading: number; readonly trailing: number };
  /** the reverse: input of shape `shape` without its first `leading` and last `trailing` axes -> `shape` */
  broadcast: { readonly shape: Shape; readonly leading: number; readonly trailing: number };

  /** x [B, ..., C] -> [B, C], summed over the positions: all axes between the first and the last, also none */
  sumPositions: None;
  /** the reverse: [B, C] -> `shape` [B, ..., C], repeated over the positions */
  broadcastPositions: { readonly shape: Shape };

  /** the same bytes under another shape: never executed, an alias in the plan */
  reshape: { readonly shape: Shape };
  /** inputs joined along the last axis */
  concat: None;
  /** [..., n] -> [..., size], from `begin` of the last axis */
  sliceLast: { readonly begin: number; readonly size: number };
  /** the reverse: [..., m] -> [..., size] with zeros around, the input starting at `begin` */
  padLast: { readonly begin: number; readonly size: number };
  /** (ids [B], table [K, D]) -> [B, D], row ids[b] of the table; NaN where the id is no whole number from 0 to K - 1 */
  gatherRows: None;
  /** (ids [B], dy [B, D]) -> [rows, D]: each dy is added to the row that it comes from, if there is one */
  gatherRowsBackward: { readonly rows: number };

  /** (a, b) -> op(a) op(b), two-dimensional; a transposed operand is stored the other way round */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** (x [B, I], kernel [I, O], bias [O] if `bias`) -> activation(x kernel + bias) [B, O] */
  dense: { readonly bias: boolean; readonly activation: Activation };
  /** (x [B, ..., C], signs [B, C]) -> x times its example's sign of each channel */
  channelSigns: None;

  /**
   * (x [B, H, W, Ci], kernel [kh, kw, Ci, Co], bias?) -> pool(activation(conv(x, kernel) + bias)) [B, H', W', Co]
   * (, indices u8 [B, H', W', Co] as of maxPool2d). SAME pads as TensorFlow does: output ceil(H / stride), the smaller
   * half of the padding in front.
   */
  conv2d: ConvolutionAttributes;
  /**
   * (x, kernel, dy, y (, indices)) -> dKernel (, dBias if `bias`) (, dx if `inputGradient`); y is the forward output.
   * The gradient of the map before pooling and activation may be rounded to the type of dy.
   */
  conv2dBackward: ConvolutionBackwardAttributes;
  /**
   * Flipout (Wen et al. 2018, eq. 4), one convolution per example with the example's own weights
   * W_n[.., i, o] = mean[.., i, o] + signsIn[n, i] signsOut[n, o] perturbation[.., i, o]:
   * (x, mean, perturbation, signsIn [B, Ci], signsOut [B, Co], bias?) -> as conv2d. W_n is formed in float32; where x is
   * bfloat16 it is then rounded to it, as the operand of the convolution that it is.
   */
  flipoutConv2d: ConvolutionAttributes;
  /**
   * (x, mean, perturbation, signsIn, signsOut, dy, y (, indices)) -> dMean, dPerturbation (, dBias) (, dx):
   * with G_n the weight gradient of example n, dMean = sum G_n, dPerturbation = sum signsIn signsOut . G_n.
   */
  flipoutConv2dBackward: ConvolutionBackwardAttributes;

  /** x [B, H, W, C] -> y [B, H', W', C], indices u8: place of the first maximum in its window, row by row; padding is no candidate */
  maxPool2d: Window2d;
  /** (dy, indices) -> dx [inputShape]; windows may overlap */
  maxPool2dBackward: Window2d & { readonly inputShape: Shape };
  /** x [B, H, W, C] -> [B, H', W', C], the mean of each window; padding is not counted, as in TensorFlow */
  averagePool2d: Window2d;
  /** dy -> dx [inputShape]: each dy in equal parts to what its window averaged */
  averagePool2dBackward: Window2d & { readonly inputShape: Shape };

  // Prediction: never differentiated.
  /**
   * (mean [M, U], scale [M, U], noise [U] or [D, U]) -> activation(mean + scale * noise) [R, U] with R = M repeat: mean
   * and scale are gone through `repeat` times, and each row of the noise serves the next R / D rows
   */
  perturb: { readonly activation: Activation; readonly repeat: number };
  /** logits [B, C] -> softmax [B, C], and its entropy in nats [B]: ln(sum e^(x - max)) - sum p (x - max) */
  softmaxEntropy: None;

  /** over the last axis */
  softmax: None;
  /** (y, dy) -> dx = y * (dy - sum(y dy)) over the last axis */
  softmaxBackward: None;
  /**
   * (logits [B, C], labels i32 [B]) -> negative log-likelihood in nats [B], probabilities [B, C], correct [B] (1 where
   * the first largest logit is the label's)
   */
  categoricalNll: None;
  /** (probabilities [B, C], labels [B], dNll [B]) -> dLogits */
  categoricalNllBackward: None;
  /**
   * (mean, scale) of one shape -> [] KL(N(mean, scale^2) || N(priorMean, priorScale^2)) in nats, summed:
   * ln(priorScale / scale) + (scale^2 + (mean - priorMean)^2) / (2 priorScale^2) - 1/2
   */
  normalKl: { readonly priorMean: number; readonly priorScale: number };
  /** (mean, scale, dKl []) -> dMean, dScale */
  normalKlBackward: { readonly priorMean: number; readonly priorScale: number };

  /** (u8 [...] (, mean f32: a suffix of the shape)) -> f32 byte * scale - mean */
  fromBytes: { readonly scale: number };

  // What a training step does to whole regions of memory: no gradient, operands in place.
  /** (total, part) -> total += part, one output that is the first input's memory */
  accumulate: None;
  /** x -> f32 [1]: how many elements are NaN or infinite */
  countNonFinite: None;
  /**
   * Adam (Kingma and Ba 2015, algorithm 1, in TensorFlow's form), in place on parameters, m and v, the outputs:
   * (parameters, m, v, likelihoodGradient, divergenceGradient), all [count]; g = likelihoodGradient * likelihoodScale +
   * divergenceGradient * divergenceScale; m += (1 - beta1)(g - m); v += (1 - beta2)(g^2 - v);
   * parameters -= stepSize * m / (sqrt(v) + epsilon). The two scales and stepSize = learning rate * sqrt(1 - beta2^t) /
   * (1 - beta1^t) come from the control block.
   */
  adam: { readonly beta1: number; readonly beta2: number; readonly epsilon: number };
}

export type OperationName = keyof Operations;

export interface Node<O extends OperationName = OperationName> {
  readonly operation: O;
  readonly attributes: Operations[O];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}
