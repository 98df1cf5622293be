import { expect } from 'vitest';
import { fillNormal, purpose } from '../../src/random/index.ts';
import type { ElboFixture } from './elbo.ts';

/**
 * Central differences along a random unit vector, one parameter at a time. Two float32 losses of size f differ by no less
 * than their rounding: the slope is good to about 4 * 2^-24 f / h, with 4 for the roundings on the way. The curvature
 * adds h^2 / 6 of the third derivative, well below 1e-3 for smooth networks.
 */
const largestStep = 0.01;
const roundings = 4 * 2 ** -24;

/** The gradients of loss and KL by each parameter agree with finite differences, the noise held fixed. */
export function expectGradients(fixture: ElboFixture): void {
  fixture.run();
  const gradients = { loss: fixture.gradient('loss'), kl: fixture.gradient('kl') };
  const { elbo, program } = fixture;
  const start = program.region('parameters').byteOffset;
  for (const [i, { tensor }] of elbo.parameters.entries()) {
    const part = program.regionPart('parameters', tensor);
    const before = part.slice();
    const direction = new Float32Array(part.length);
    fillNormal(direction, { seed: 9, purpose: purpose.augmentation, step: 0, replica: 0, layer: i, example: 0 });
    const length = Math.hypot(...direction);
    const at = (t: number) => {
      part.set(before.map((x, j) => x + (t * direction[j]!) / length));
      return { ...fixture.run(), indices: fixture.poolIndices() };
    };
    let h = largestStep;
    let [plus, minus] = [at(h), at(-h)];
    // where a pool changes its mind between the two points, the loss has a kink: look closer
    while (plus.indices !== minus.indices && h > 1e-4) {
      h /= 2;
      [plus, minus] = [at(h), at(-h)];
    }
    part.set(before);
    const first = (part.byteOffset - start) / 4;
    for (const term of ['loss', 'kl'] as const) {
      let slope = 0;
      for (let j = 0; j < part.length; j++) slope += (gradients[term][first + j]! * direction[j]!) / length;
      const difference = (plus[term] - minus[term]) / (2 * h);
      expect(Math.abs(slope - difference), `${term} by ${tensor.name}: ${slope}, ${difference}`).toBeLessThan(
        1e-3 * Math.max(1, Math.abs(difference)) + (roundings * Math.abs(plus[term])) / h,
      );
    }
  }
  expect(gradients.loss.some((g) => g !== 0)).toBe(true);
}
