import { type Shape, type Window2d, windowGeometry } from '../../../graph/index.ts';
import type { Bindings } from './binding.ts';

function padding(shape: Shape, { window, strides, padding }: Window2d): [number, number] {
  const [, height, width] = shape as [number, number, number, number];
  return [
    windowGeometry(height, window[0], strides[0], padding).before,
    windowGeometry(width, window[1], strides[1], padding).before,
  ];
}

export const pooling: Bindings<'maxPool2d' | 'maxPool2dBackward'> = {
  maxPool2d: {
    bind: ({ attributes, inputs: [x], outputs: [y, indices] }, { maxPool }) => {
      const [batch, height, width, channels] = x!.shape as [number, number, number, number];
      const [, outHeight, outWidth] = y!.shape as [number, number, number, number];
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
      const [batch, height, width, channels] = attributes.inputShape as [number, number, number, number];
      const [, outHeight, outWidth] = dy!.shape as [number, number, number, number];
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
};
