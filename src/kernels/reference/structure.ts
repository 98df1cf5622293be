import { type Shape, sizeOf } from '../../graph/index.ts';
import { type BindTable, lastAxis } from './binding.ts';

/** A shape as three axes: the leading ones, those that stay, the trailing ones. */
function threeAxes(shape: Shape, leading: number, trailing: number): readonly [number, number, number] {
  const end = shape.length - trailing;
  return [sizeOf(shape.slice(0, leading)), sizeOf(shape.slice(leading, end)), sizeOf(shape.slice(end))];
}

/** Operations that sum, repeat or move elements, and compute nothing else. */
export const structure: BindTable<
  'sum' | 'broadcast' | 'sumPositions' | 'broadcastPositions' | 'reshape' | 'concat' | 'sliceLast' | 'padLast'
> = {
  sum({ leading, trailing }, [{ shape, data: x }], [{ data: y }]) {
    const [before, kept, behind] = threeAxes(shape, leading, trailing);
    return () => {
      for (let k = 0; k < kept; k++) {
        let sum = 0;
        for (let b = 0; b < before; b++) {
          for (let t = 0; t < behind; t++) sum += x[(b * kept + k) * behind + t];
        }
        y[k] = sum;
      }
    };
  },

  broadcast({ shape, leading, trailing }, [{ data: x }], [{ data: y }]) {
    const [, kept, behind] = threeAxes(shape, leading, trailing);
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = x[Math.floor(i / behind) % kept];
    };
  },

  sumPositions(_attributes, [{ shape, data: x }], [output]) {
    const { data: y } = output;
    const channels = lastAxis(output);
    const perExample = sizeOf(shape.slice(1));
    return () => {
      for (let i = 0; i < y.length; i++) {
        const first = Math.floor(i / channels) * perExample + (i % channels);
        let sum = 0;
        for (let p = 0; p < perExample; p += channels) sum += x[first + p];
        y[i] = sum;
      }
    };
  },

  broadcastPositions({ shape }, [input], [{ data: y }]) {
    const { data: x } = input;
    const channels = lastAxis(input);
    const perExample = sizeOf(shape.slice(1));
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = x[Math.floor(i / perExample) * channels + (i % channels)];
    };
  },

  /** A plan makes it an alias; where somebody calls it all the same, the elements are copied. */
  reshape(_attributes, [{ data: x }], [{ data: y }]) {
    return () => y.set(x);
  },

  concat(_attributes, inputs, [output]) {
    const { data: y } = output;
    const width = lastAxis(output);
    return () => {
      let begin = 0;
      for (const input of inputs) {
        const size = lastAxis(input);
        for (let i = 0; i < input.data.length; i++)
          y[Math.floor(i / size) * width + begin + (i % size)] = input.data[i];
        begin += size;
      }
    };
  },

  sliceLast({ begin, size }, [input], [{ data: y }]) {
    const { data: x } = input;
    const width = lastAxis(input);
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = x[Math.floor(i / size) * width + begin + (i % size)];
    };
  },

  padLast({ begin, size }, [input], [{ data: y }]) {
    const { data: x } = input;
    const width = lastAxis(input);
    return () => {
      y.fill(0);
      for (let i = 0; i < x.length; i++) y[Math.floor(i / width) * size + begin + (i % width)] = x[i];
    };
  },
};
