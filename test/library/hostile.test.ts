/**
 * Every public function of the library, each of its arguments in turn replaced by what the types do not allow: an error
 * with a name and one line, or a result without a NaN, and never a TypeError out of the depth.
 */
import { describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { CredenceError } from '../../src/index.ts';

const {
  bernoulli,
  calibrate,
  categorical,
  centralCoverage,
  dense,
  denseFlipout,
  evaluate,
  inUnits,
  locationScale,
  networkOf,
  normal,
  normals,
  poisson,
  predict,
  predictCalibrated,
  predictDraws,
  predictionQuality,
  reliability,
  sequential,
  shuffled,
  studentT,
  table,
  train,
  trainedModel,
  uniforms,
  wasmKernels,
} = library;

const hostile: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  0,
  0.5,
  1e300,
  2 ** 53,
  '',
  'text',
  true,
  [],
  [Number.NaN],
  [[Number.NaN]],
  [undefined],
  [null, null],
  ['a', {}],
  {},
  { count: Number.NaN },
  new Float32Array(0),
  new Float32Array([Number.NaN, 1]),
  new Float64Array([Number.POSITIVE_INFINITY]),
  new Uint8Array(3),
  new BigInt64Array(2),
  () => Number.NaN,
];

const rows = Array.from({ length: 12 }, (_, i) => [i, Math.sin(i)]);
const data = table({ inputs: rows, targets: rows.map(([x, y]) => x! + y!) });
const model = {
  name: 'small',
  input: data.input,
  network: sequential(denseFlipout({ units: 3 }), dense({ units: 1 })),
  likelihood: normal(),
};
const trained = await train(model, data, { iteration: 2, batchSize: 4 });
const small = { draws: 3, seed: 1, quantiles: [0.5] };
const encoded = { count: 2, inputs: new Float32Array(4), targets: new Float32Array(2) };
const predictive = predictDraws(wasmKernels, trained, encoded, small);
const heldOut = { inputs: [...rows, ...rows], targets: [...rows, ...rows].map(([x, y]) => x! + y!) };
const calibration = await calibrate(trained, heldOut, { ...small, training: heldOut });
const units = { shift: [1], scale: [2] };
const request = { count: 2, draws: 2, levels: [0.5], targets: [1, 2], units: null };
const classes = categorical(3);
const ofClasses = {
  ...{ kind: 'classes', count: 1, classes: 3, draws: 2, levels: [] },
  probabilities: Float64Array.of(0.2, 0.3, 0.5),
};
const examples = { count: 2, shape: [2], inputs: new Float32Array(4), targets: new Float32Array(2) };
const density = { noise: 1, targets: 1, family: {}, energy: () => null, constant: 0 };

type Any = (...values: never[]) => unknown;

/** A function and arguments that are right: each is replaced, and each property of those that are options. */
const calls: readonly (readonly [name: string, call: Any, ...values: unknown[]])[] = [
  ['predictionQuality', predictionQuality, [0.2, 0.3, 0.5], [2], 3],
  ['reliability', reliability, [0.2, 0.3, 0.5], [2], 3],
  ['centralCoverage', centralCoverage, predictive, 0, [0.5]],
  ['inUnits', inUnits, 1, 0, units],
  ['normals', normals, 4, 1],
  ['uniforms', uniforms, 4, 1],
  ['categorical', categorical, 3],
  ['bernoulli', bernoulli],
  ['normal', normal, { noise: 1, targets: 1 }],
  ['studentT', studentT, { noise: 'learned', targets: 1, degrees: 4 }],
  ['poisson', poisson, { targets: 1 }],
  ['locationScale', locationScale, 'own', density],
  ['gather of reals', normal().gather as Any, request],
  ['gather of counts', poisson().gather as Any, request],
  ['gather of classes', classes.gather as Any, request],
  ['quality of reals', normal().quality as Any, predictive, [1, 2], units],
  ['quality of classes', classes.quality as Any, ofClasses, [2], null],
  ['networkOf', networkOf, 'CNN'],
  ['shuffled', shuffled, examples, 1, null],
  ['table', table, { inputs: rows, targets: rows.map(([x]) => x!), columns: ['a', 'b'], names: ['y'], task: 'auto' }],
  ['table of numbers', table, { inputs: new Float64Array([1, 2, 3, 5]), shape: [4, 1], targets: [1, 2, 3, 4] }],
  ['trainedModel', trainedModel, model, trained.parameters],
  ['train', train, model, data, { iteration: 1, batchSize: 4, kernels: wasmKernels }],
  ['predict', predict, trained, rows, small],
  ['evaluate', evaluate, trained, { inputs: rows, targets: rows.map(([x]) => x!) }, small],
  ['calibrate', calibrate, trained, heldOut, { ...small, training: heldOut }],
  ['predictCalibrated', predictCalibrated, trained, rows, calibration, { ...small, miss: 0.2 }],
  ['predictDraws', predictDraws, wasmKernels, trained, encoded, { ...small, batch: 1, precision: 'f32' }],
];

/** Paths of what may be replaced: whole arguments, and the properties of plain options among them. */
function* variants(values: readonly unknown[]): Generator<readonly [place: string, values: readonly unknown[]]> {
  for (const [i, value] of values.entries()) {
    for (const other of hostile) {
      yield [`argument ${i} is ${described(other)}`, values.with(i, other)];
      if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) continue;
      for (const key of Object.keys(value)) {
        // so many steps are a training that may be meant
        if (key === 'iteration' && Number.isInteger(other)) continue;
        // a name, a schema or an engine of one's own may be anything of its kind
        if (key === 'create' && typeof other === 'function') continue;
        yield [`${key} of argument ${i} is ${described(other)}`, values.with(i, { ...value, [key]: other })];
      }
    }
  }
}

function described(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Uint8Array).length}`;
  if (typeof value === 'number') return `${value}`;
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'undefined');
}

/** A path to a NaN in what came back; null: there is none. */
function nanIn(value: unknown, path = 'result', depth = 0): string | null {
  if (typeof value === 'number') return Number.isNaN(value) ? path : null;
  if (typeof value !== 'object' || value === null || depth > 4) return null;
  for (const [key, element] of Object.entries(value)) {
    const found = nanIn(element, `${path}.${key}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** What is wrong about how a call ends; null: nothing. */
async function complaint(call: Any, values: readonly unknown[]): Promise<string | null> {
  try {
    return nanIn(await call(...(values as never[])));
  } catch (error) {
    if (!(error instanceof CredenceError)) return String(error);
    return /undefined is not|\n|\[object/.test(error.message) ? `a message that says nothing: ${error.message}` : null;
  }
}

/** What has hostile arguments elsewhere, or takes texts and layers alone. */
const others = [
  /^(activate|activation|initialize|heads|parallel|residual|sequential|dropout|embedding|flatten|reshape|normalWeights)$/,
  /^(conv[12]d|dense)(Flipout|Reparameterization)?$/,
  /(Normalization|Pool|Pool[12]d)$/,
  /^(alternatives|commandOf|describeFailure|describeValue|firstNotFinite|is[A-Z]\w+|printable|printableLines)$/,
  /^(quote|quoteAll|suggestion|systemCode)$/,
];

test('every public function is tried here, or is one of texts or layers', () => {
  const functions = Object.entries(library).filter(
    ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name),
  );
  const untried = functions.filter(
    ([name]) => !calls.some(([tried]) => tried === name) && !others.some((pattern) => pattern.test(name)),
  );
  expect(functions.length).toBeGreaterThan(40);
  expect(untried.map(([name]) => name)).toEqual([]);
});

describe('public functions', () => {
  test.each(calls.map(([name, call, ...values]) => ({ name, call, values })))(
    '$name answers what it cannot take by a named error',
    async ({ call, values }) => {
      expect(await complaint(call, values)).toBeNull();
      const complaints: string[] = [];
      for (const [place, others] of variants(values)) {
        const found = await complaint(call, others);
        if (found !== null) complaints.push(`${place}: ${found}`);
      }
      expect(complaints).toEqual([]);
    },
  );
});
