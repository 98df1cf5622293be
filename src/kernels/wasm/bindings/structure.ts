import { type Shape, bytesOf, bytesPerElement, sizeOf } from '../../../graph/index.ts';
import type { BufferView } from '../../kernels.ts';
import { type Bindings, lastOf, rowsOf } from './binding.ts';

/** [leading, middle, trailing] extents of a sum over the first and last axes. */
function extents(shape: Shape, leading: number, trailing: number): [number, number, number] {
  const end = shape.length - trailing;
  return [sizeOf(shape.slice(0, leading)), sizeOf(shape.slice(leading, end)), sizeOf(shape.slice(end))];
}

const rowBytes = (view: BufferView): number => lastOf(view) * bytesPerElement[view.dtype];

export const structure: Bindings<
  'sum' | 'broadcast' | 'sumPositions' | 'broadcastPositions' | 'reshape' | 'concat' | 'sliceLast' | 'padLast'
> = {
  sum: {
    bind: ({ attributes, inputs: [x], outputs: [y] }, { sum }) => {
      const [leading, middle, trailing] = extents(x!.shape, attributes.leading, attributes.trailing);
      const [out, from] = [y!.offset, x!.offset];
      return () => sum(out, from, leading, middle, trailing);
    },
  },
  broadcast: {
    bind: ({ attributes, inputs: [x], outputs: [y] }, { broadcast }) => {
      const [leading, middle, trailing] = extents(attributes.shape, attributes.leading, attributes.trailing);
      const [out, from] = [y!.offset, x!.offset];
      return () => broadcast(out, from, leading, middle, trailing);
    },
  },
  sumPositions: {
    bind: ({ inputs: [x], outputs: [y] }, { sumPositions }) => {
      const [batch, positions, channels] = [x!.shape[0]!, sizeOf(x!.shape.slice(1, -1)), lastOf(x!)];
      const [out, from] = [y!.offset, x!.offset];
      return () => sumPositions(out, from, batch, positions, channels);
    },
  },
  broadcastPositions: {
    bind: ({ inputs: [x], outputs: [y] }, { broadcastPositions }) => {
      const [batch, positions, channels] = [y!.shape[0]!, sizeOf(y!.shape.slice(1, -1)), lastOf(y!)];
      const [out, from] = [y!.offset, x!.offset];
      return () => broadcastPositions(out, from, batch, positions, channels);
    },
  },
  reshape: {
    bind: ({ inputs: [x], outputs: [y] }, { copyRows }) => {
      const [out, from, bytes] = [y!.offset, x!.offset, bytesOf(x!)];
      return out === from ? () => {} : () => copyRows(out, bytes, from, bytes, bytes, 1);
    },
  },
  concat: {
    bind: ({ inputs, outputs: [y] }, { copyRows }) => {
      const [stride, rows] = [rowBytes(y!), rowsOf(y!)];
      let column = y!.offset;
      const copies = inputs.map((view) => {
        const [target, from, bytes] = [column, view.offset, rowBytes(view)];
        column += bytes;
        return () => copyRows(target, stride, from, bytes, bytes, rows);
      });
      return () => {
        for (let i = 0; i < copies.length; i++) copies[i]!();
      };
    },
  },
  sliceLast: {
    bind: ({ attributes: { begin }, inputs: [x], outputs: [y] }, { copyRows }) => {
      const [out, bytes, stride, rows] = [y!.offset, rowBytes(y!), rowBytes(x!), rowsOf(y!)];
      const from = x!.offset + begin * bytesPerElement[x!.dtype];
      return () => copyRows(out, bytes, from, stride, bytes, rows);
    },
  },
  padLast: {
    bind: ({ attributes: { begin }, inputs: [x], outputs: [y] }, { clear, copyRows }) => {
      const [out, from, bytes, stride, rows] = [y!.offset, x!.offset, rowBytes(x!), rowBytes(y!), rowsOf(y!)];
      const target = out + begin * bytesPerElement[y!.dtype];
      return () => {
        clear(out, stride * rows);
        copyRows(target, stride, from, bytes, bytes, rows);
      };
    },
  },
};
