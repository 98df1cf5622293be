import { afterEach, describe, expect, it, vi } from 'vitest';
import { Graph } from '../../src/graph/index.ts';
import { Program } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';

function programOf(elements: number): Program {
  const graph = new Graph();
  const x = graph.input('x', [elements], 'f32');
  return new Program(referenceKernels, { graph, outputs: graph.apply('exp', [x], {}), layout: [], regions: {} });
}

describe('a program', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('that no WebAssembly memory can hold is refused before anything is allocated', () => {
    expect(() => programOf(2 ** 30)).toThrowErrorMatchingInlineSnapshot(
      `[GraphError: the network needs too much memory at this batch size: got 8590 MB, expected at most 4295 MB. Use a smaller batch, or cut it into more slices]`,
    );
  });

  it('that the machine has no memory for says how much it wanted', () => {
    vi.spyOn(WebAssembly, 'Memory').mockImplementation(function refuse() {
      throw new RangeError('could not allocate memory');
    });
    expect(() => programOf(2 ** 20)).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: this machine does not give 9 MB of memory. Use a smaller batch, or cut it into more slices]`,
    );
  });
});
