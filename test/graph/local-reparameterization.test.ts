import { describe, expect, it } from 'vitest';
import { Graph, fuse, plan, reparameterizeLocally } from '../../src/graph/index.ts';
import {
  type Layer,
  conv2dFlipout,
  dense,
  denseFlipout,
  denseReparameterization,
  flatten,
  sequential,
} from '../../src/layers/index.ts';
import { buildNetwork } from '../../src/models/index.ts';
import { classifier } from '../support/model.ts';

/** What is executed for each batch of examples, and for each draw. */
function stagesOf(layers: readonly Layer[]): { examples: string; draw: string } {
  const drafted = new Graph();
  const model = {
    ...classifier('tested', sequential(...layers), { classes: 3 }),
    input: { shape: [6, 6, 2], dtype: 'f32' },
  } as const;
  const { outputs: logits } = buildNetwork(model, drafted, 4, 'prediction');
  const local = reparameterizeLocally(drafted, [logits]);
  const { graph, resolve } = fuse(local.graph, [local.resolve(logits)]);
  const outputs = [resolve(local.resolve(logits))];
  const { stages } = plan({ graph, outputs, placed: new Map(), base: 0, nesting: 'prediction' });
  const names = (stage: 'examples' | 'draw') => stages[stage].map(({ operation }) => operation).join(' ');
  return { examples: names('examples'), draw: names('draw') };
}

describe('reparameterizeLocally', () => {
  const classifier = dense({ units: 3 });

  it('draws the pre-activations of the first stochastic layer where it is dense; both products leave the draw', () => {
    for (const layer of [denseFlipout, denseReparameterization]) {
      expect(stagesOf([flatten(), layer({ units: 5, activation: 'relu' }), classifier])).toEqual({
        examples: 'dense square matmul sqrt',
        draw: 'normalNoise perturb dense',
      });
    }
  });

  it('sees through deterministic layers in front', () => {
    expect(stagesOf([flatten(), dense({ units: 7, activation: 'tanh' }), denseFlipout({ units: 3 })])).toEqual({
      examples: 'dense dense square matmul sqrt',
      draw: 'normalNoise perturb',
    });
  });

  it('takes both products in each draw behind a stochastic layer', () => {
    expect(stagesOf([flatten(), denseFlipout({ units: 5 }), denseFlipout({ units: 3 })]).draw).toBe(
      'normalNoise perturb dense square matmul sqrt normalNoise perturb',
    );
  });

  it('draws the weights of convolutions: the positions of an example share them', () => {
    expect(stagesOf([conv2dFlipout({ filters: 4, kernelSize: 3 }), flatten(), classifier])).toEqual({
      examples: '',
      draw: 'normalNoise multiply add conv2d dense',
    });
  });
});
