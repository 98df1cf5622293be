import { type Activation, bytesOf, sizeOf } from '../../../graph/index.ts';
import type { WasmExports } from '../exports.ts';
import { type Binding, type Bindings, activationCodes, countOf, isNarrow, lastOf } from './binding.ts';

type Unary = 'negate' | 'exp' | 'log' | 'sqrt' | 'square' | Exclude<Activation, 'none'>;
type Binary = 'add' | 'subtract' | 'multiply' | 'divide';

function unary(name: Unary): Binding<Unary> {
  return {
    bind: ({ inputs: [x], outputs: [y] }, wasm) => {
      const kernel = wasm[name];
      const [out, from, n] = [y!.offset, x!.offset, countOf(y!)];
      return () => kernel(out, from, n);
    },
  };
}

function binary(name: Binary): Binding<Binary> {
  return {
    bind: ({ inputs: [a, b], outputs: [y] }, wasm) => {
      const kernel = wasm[name];
      const [out, left, right] = [y!.offset, a!.offset, b!.offset];
      const [whole, part] = [countOf(a!), countOf(b!)];
      const single = part === 1 ? 1 : 0;
      const rows = part === 0 ? 0 : whole / part;
      const n = single ? whole : part;
      return () => kernel(out, left, right, rows, n, single);
    },
  };
}

function withFactor<O extends 'scale' | 'shift'>(name: O, factorOf: (call: never) => number): Binding<O> {
  return {
    bind: (call, wasm: WasmExports) => {
      const kernel = wasm[name];
      const [x, y] = [call.inputs[0]!, call.outputs[0]!];
      const [out, from, n, factor] = [y.offset, x.offset, countOf(y), factorOf(call.attributes as never)];
      return () => kernel(out, from, n, factor);
    },
  };
}

export const elementwise: Bindings<
  Unary | Binary | 'scale' | 'shift' | 'softplusScale' | 'convert' | 'activationGradient' | 'channelSigns' | 'fromBytes'
> = {
  negate: unary('negate'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  square: unary('square'),
  relu: unary('relu'),
  tanh: unary('tanh'),
  softplus: unary('softplus'),
  sigmoid: unary('sigmoid'),
  elu: unary('elu'),
  leakyRelu: unary('leakyRelu'),
  add: binary('add'),
  subtract: binary('subtract'),
  multiply: binary('multiply'),
  divide: binary('divide'),
  scale: withFactor('scale', ({ factor }: { factor: number }) => factor),
  shift: withFactor('shift', ({ offset }: { offset: number }) => offset),
  softplusScale: {
    bind: ({ attributes, inputs: [x], outputs: [scale, derivative] }, { softplusScale }) => {
      const { offset } = attributes;
      const [out, slope, from, n] = [scale!.offset, derivative!.offset, x!.offset, countOf(x!)];
      return () => softplusScale(out, slope, from, n, offset);
    },
  },
  convert: {
    bfloat16: () => ({ inputs: [0], outputs: [0] }),
    bind: ({ inputs: [x], outputs: [y] }, { narrow, widen, copyRows }) => {
      const [out, from, n] = [y!.offset, x!.offset, countOf(x!)];
      if (x!.dtype === y!.dtype) {
        const bytes = bytesOf(x!);
        return () => copyRows(out, bytes, from, bytes, bytes, 1);
      }
      const kernel = isNarrow(y) ? narrow : widen;
      return () => kernel(out, from, n);
    },
  },
  activationGradient: {
    bind: ({ attributes, inputs: [dy, y], outputs: [dx] }, { activationGradient }) => {
      const kind = activationCodes[attributes.activation];
      const [out, from, value, n] = [dx!.offset, dy!.offset, y!.offset, countOf(dx!)];
      return () => activationGradient(kind, out, from, value, n);
    },
  },
  channelSigns: {
    bind: ({ inputs: [x, signs], outputs: [y] }, { channelSigns }) => {
      const [out, from, by] = [y!.offset, x!.offset, signs!.offset];
      const batch = x!.shape[0]!;
      const channels = lastOf(x!);
      const inner = sizeOf(x!.shape.slice(1, -1));
      return () => channelSigns(out, from, by, batch, inner, channels);
    },
  },
  fromBytes: {
    bind: ({ attributes, inputs: [x, mean], outputs: [y] }, { fromBytes }) => {
      const { scale } = attributes;
      const [out, from, centre, centred] = [y!.offset, x!.offset, mean?.offset ?? 0, mean ? 1 : 0];
      const n = mean ? countOf(mean) : countOf(x!);
      const rows = n === 0 ? 0 : countOf(x!) / n;
      return () => fromBytes(out, from, centre, rows, n, scale, centred);
    },
  },
};
