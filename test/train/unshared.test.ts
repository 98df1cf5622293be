import { afterEach, describe, expect, it, vi } from 'vitest';
import { imageExamples } from '../../src/data/index.ts';
import { predictDraws } from '../../src/inference/index.ts';
import { type KernelsFactory, isShared, sharedBuffer } from '../../src/kernels/index.ts';
import { parametersSha256 } from '../../src/run/index.ts';
import { SpanRing } from '../../src/train/index.ts';
import { engines, loadEngine } from '../kernels/engines.ts';
import { bars } from '../support/digits.ts';
import { modelNamed } from '../support/model.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

afterEach(() => vi.unstubAllGlobals());

/** As in a page that is not isolated from other origins. */
function withoutSharedMemory(): void {
  vi.stubGlobal('SharedArrayBuffer', undefined);
}

/** Trains and predicts; which memory the engine was given. */
async function run(factory: KernelsFactory, model: string, data = bars(24)) {
  const memories: boolean[] = [];
  const kernels: KernelsFactory = {
    ...factory,
    create(memory) {
      memories.push(isShared(memory.buffer));
      return factory.create(memory);
    },
  };
  // a drift check and two slices: all that a rank exchanges with itself
  const configuration = smallRun({ model, iteration: 3, slices: 2, driftCheckEvery: 1 });
  const timeline = SpanRing.create('here');
  const trainer = trainerOf({ configuration, data, kernels, timeline });
  const { parameters } = await trainer.run();
  const values = new Map(parameters.map((tensor) => [tensor.name, tensor.data]));
  const trained = { model: modelNamed(model), members: [(name: string) => values.get(name)] };
  const { count, inputs } = imageExamples(data);
  const { probabilities } = predictDraws(kernels, trained, { count, inputs }, { draws: 3, seed: 1 });
  return { memories, parameters: parametersSha256(parameters), probabilities: [...probabilities] };
}

describe('memory that is not shared', () => {
  it('is what there is where nothing can be shared', () => {
    expect(isShared(sharedBuffer(8))).toBe(true);
    withoutSharedMemory();
    expect(isShared(sharedBuffer(8))).toBe(false);
    expect(sharedBuffer(8).byteLength).toBe(8);
  });

  for (const engine of engines) {
    const model = engine.name === 'reference' ? 'BNN_FC_flip' : 'BNN_conv_flip';
    it(`trains and predicts the same bits: ${engine.name}`, async ({ skip }) => {
      const { skipped, create } = await loadEngine(engine);
      if (skipped) skip(engine.skipReason);
      const data = bars(24);
      const shared = await run(create(), model, data);
      withoutSharedMemory();
      const own = await run(create(), model, data);
      expect(shared.memories).toEqual([true, true]);
      expect(own).toEqual({ ...shared, memories: [false, false] });
    });
  }
});
