import { describe, expect, it } from 'vitest';
import { differences } from '../../src/compose/differences.ts';

describe('differences', () => {
  const layers = (units: number) => ({ seed: 1, model: { layers: ['flatten', { dense: { units } }] } });

  it('names the place, however deep', () => {
    expect(differences(layers(4), layers(3))).toBe('model.layers[1].dense.units 3 where rank 0 has 4');
  });

  it('tells what one of both lacks, and lists of another length as a whole', () => {
    expect(differences({ a: 1 }, { a: 1, b: null })).toBe('b null where rank 0 has nothing');
    expect(differences({ a: 1, b: [1] }, { a: 2, b: [1, 2] })).toBe(
      'a 2 where rank 0 has 1, b [1,2] where rank 0 has [1]',
    );
  });

  it('tells no more than can be read', () => {
    const many = (value: number) => Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`k${i}`, value]));
    expect(differences(many(1), many(2))).toMatch(/^k0 2 where rank 0 has 1, .*k4 2 where rank 0 has 1, and 3 more$/);
    expect(differences({ a: 'x'.repeat(200) }, { a: 1 })).toBe(`a 1 where rank 0 has "${'x'.repeat(76)}...`);
  });

  it('finds none between equal values', () => {
    expect(differences(layers(3), layers(3))).toBe('');
  });
});
