import { type Case, type CaseTable, exact, makeCase } from '../case.ts';
import { type Random, f32 } from '../generate.ts';

const counts = [1, 3, 4, 15, 16, 17, 33, 1000, 50176];
const holes = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

function adam(random: Random, count: number, first: boolean): Case {
  const shape = [count];
  const control = { stepSize: 0.0013, likelihoodScale: 1 / 64, divergenceScale: 1 / 60000 };
  const inputs = [
    random.reals(shape, -1, 1),
    first ? f32(shape, new Float32Array(count)) : random.reals(shape, -0.1, 0.1),
    first ? f32(shape, new Float32Array(count)) : random.reals(shape, 0.01, 1),
    random.reals(shape, -30, 30),
    random.reals(shape, -3000, 3000),
  ];
  if (first) {
    // The first update is the step size times the sign of the gradient: its two parts must not cancel, or the sign is
    // decided by their rounding.
    for (const [i, g] of inputs[3].data.entries()) inputs[4].data[i] = Math.sign(g) * Math.abs(inputs[4].data[i]);
    // an element that no gradient reaches stays where it is
    for (const i of [3, 4]) inputs[i].data[0] = 0;
  }
  const [parameters, m, v, likelihood, divergence] = inputs.map(({ data }) => data);
  const gradient = likelihood.map(
    (g, i) => Math.abs(g) * control.likelihoodScale + Math.abs(divergence[i]) * control.divergenceScale,
  );
  // an update is at most some 10 step sizes here: m <= 0.1 and sqrt(v) >= 0.1, or both from the first gradient
  const bounds = [
    parameters.map((p) => Math.abs(p) + 10 * control.stepSize),
    m.map((x, i) => Math.abs(x) + gradient[i]),
    v.map((x, i) => x + gradient[i] ** 2),
  ];
  const expect: Case['expect'] = () => bounds.map((magnitude) => ({ magnitude, relative: 1e-6, absolute: 0 }));
  const attributes = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  return makeCase('adam', attributes, inputs, expect, { control, inPlace: true, note: first ? 'first step' : '' });
}

export const update: CaseTable = {
  accumulate: (random) => [
    ...counts.map((n) => makeCase('accumulate', {}, [random.reals([n]), random.reals([n])], exact, { inPlace: true })),
    makeCase('accumulate', {}, [random.reals([3, 5, 7]), random.reals([3, 5, 7])], exact, { inPlace: true }),
    makeCase('accumulate', {}, [f32([3], [1, Number.NaN, 2]), f32([3], [1, 2, Number.POSITIVE_INFINITY])], exact, {
      inPlace: true,
      note: 'NaN and infinity',
    }),
  ],
  countNonFinite: (random) =>
    counts.flatMap((n) => {
      const clean = random.reals([n], -1e38, 1e38);
      const dirty = random.reals([n]);
      for (let i = 0; i < 5; i++) dirty.data[random.integer(0, n - 1)] = random.pick(holes);
      const last = random.reals([n]);
      last.data[n - 1] = Number.NaN;
      return [clean, dirty, last].map((x) => makeCase('countNonFinite', {}, [x], exact));
    }),
  adam: (random) => counts.flatMap((n) => [adam(random, n, false), adam(random, n, true)]),
};
