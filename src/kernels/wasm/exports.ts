/** What the compiled module exports: offsets and extents in, nothing out. An absent operand is offset 0. */
type Kernel = (...operands: number[]) => void;
type Measure = (...operands: number[]) => number;

export interface WasmExports {
  readonly activationGradient: Kernel;
  readonly add: Kernel;
  readonly subtract: Kernel;
  readonly multiply: Kernel;
  readonly divide: Kernel;
  readonly negate: Kernel;
  readonly exp: Kernel;
  readonly log: Kernel;
  readonly sqrt: Kernel;
  readonly square: Kernel;
  readonly relu: Kernel;
  readonly tanh: Kernel;
  readonly softplus: Kernel;
  readonly sigmoid: Kernel;
  readonly scale: Kernel;
  readonly shift: Kernel;
  readonly channelSigns: Kernel;
  readonly fromBytes: Kernel;
  readonly convolution: Kernel;
  readonly convolutionBackward: Kernel;
  readonly convolutionScratch: Measure;
  readonly convolutionBackwardScratch: Measure;
  readonly setConvolution: Kernel;
  readonly setPooling: Kernel;
  readonly softmax: Kernel;
  readonly softmaxBackward: Kernel;
  readonly categoricalNll: Kernel;
  readonly categoricalNllBackward: Kernel;
  readonly normalKl: Kernel;
  readonly normalKlBackward: Kernel;
  readonly matmul: Kernel;
  readonly matmulScratch: Measure;
  readonly normalNoise: Kernel;
  readonly signNoise: Kernel;
  readonly maxPool: Kernel;
  readonly maxPoolBackward: Kernel;
  readonly broadcast: Kernel;
  readonly copyRows: Kernel;
  readonly clear: Kernel;
  readonly sum: Kernel;
  readonly accumulate: Kernel;
  readonly adam: Kernel;
  readonly countNonFinite: Kernel;
}
