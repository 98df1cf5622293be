import { type Shape, type Window2d, windowGeometry } from '../../../graph/index.ts';
import type { Bindings } from './binding.ts';

type Four = [number, number, number, number];

function padding(shape: Shape, { window, strides, padding }: Window2d): [number, number] {
  const [, height, width] = shape as Four;
  return [
    windowGeometry(height, window[0], strides[0], padding).before,
    windowGeometry(width, window[1], strides[1], padding).before,
  ];
}

/** Extents of an average over windows of maps `shape`, in the order in which the module takes them. */
function averageOperands(shape: Shape, outShape: Shape, pool: Window2d): readonly number[] {
  const [, outHeight, outWidth] = outShape as Four;
  return [...shape, outHeight, outWidth, ...pool.window, ...pool.strides, ...padding(shape, pool)];
}

export const pooling: Bindings<'maxPool2d' | 'maxPool2dBackward' | 'averagePool2d' | 'averagePool2dBackward'> = {
  maxPool2d: {
    bind: ({ attributes, inputs: [x], outputs: [y, indices] }, { maxPool }) => {
      const [batch, height, width, channels] = x!.shape as Four;
      const [, outHeight, outWidth] = y!.shape as Four;
      const [top, left] = padding(x!.shape, attributes);
      const { window, strides } = attributes;
      const [windowHeight, windowWidth, strideHeight, strideWidth] = [...window, ...strides];
      const [out, places, from] = [y!.offset, indices!.offset, x!.offset];
      return () =>
        maxPool(
          out,
          places,
          from,
          batch,
          height,
          width,
          channels,
          outHeight,
          outWidth,
          windowHeight,
          windowWidth,
          strideHeight,
          strideWidth,
          top,
          left,
        );
    },
  },
  maxPool2dBackward: {
    bind: ({ attributes, inputs: [dy, indices], outputs: [dx] }, { maxPoolBackward }) => {
      const [batch, height, width, channels] = attributes.inputShape as Four;
      const [, outHeight, outWidth] = dy!.shape as Four;
      const [top, left] = padding(attributes.inputShape, attributes);
      const { window, strides } = attributes;
      const [windowWidth, strideHeight, strideWidth] = [window[1], ...strides];
      const [out, from, places] = [dx!.offset, dy!.offset, indices!.offset];
      return () =>
        maxPoolBackward(
          out,
          from,
          places,
          batch,
          height,
          width,
          channels,
          outHeight,
          outWidth,
          windowWidth,
          strideHeight,
          strideWidth,
          top,
          left,
        );
    },
  },
  averagePool2d: {
    bind: ({ attributes, inputs: [x], outputs: [y] }, { averagePool }) => {
      const operands = averageOperands(x!.shape, y!.shape, attributes);
      const [out, from] = [y!.offset, x!.offset];
      return () => averagePool(out, from, ...operands);
    },
  },
  averagePool2dBackward: {
    bind: ({ attributes, inputs: [dy], outputs: [dx] }, { averagePoolBackward }) => {
      const operands = averageOperands(attributes.inputShape, dy!.shape, attributes);
      const [out, from] = [dx!.offset, dy!.offset];
      return () => averagePoolBackward(out, from, ...operands);
    },
  },
};
