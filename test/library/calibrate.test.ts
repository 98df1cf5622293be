import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CalibratedClasses,
  type Calibration,
  type ClassPredictive,
  type RealPredictive,
  type Trained,
  calibrate,
  categorical,
  dense,
  denseFlipout,
  normal,
  normals,
  predict,
  predictCalibrated,
  sequential,
  studentT,
  table,
  train,
  trainedModel,
  uniforms,
} from '../../src/index.ts';

const names = ['east', 'north', 'west'];
const centres = [
  [2, 0],
  [0, 2],
  [-2, 0],
] as const;

/** Points around three centres, near enough for some to belong to two of them. */
function points(count: number, seed: number) {
  const noise = normals(2 * count, seed);
  const inputs = Array.from({ length: count }, (_, n) => {
    const [x, y] = centres[n % 3]!;
    return [x + 1.2 * noise[2 * n]!, y + 1.2 * noise[2 * n + 1]!];
  });
  return { inputs, targets: inputs.map((_, n) => names[n % 3]!) };
}

/** A line whose noise has heavier tails than a normal network knows, in a unit of its own: 100 +- 50. */
function line(count: number, seed: number) {
  const [x, z] = [uniforms(count, seed), normals(count, seed + 1)];
  const inputs = Array.from(x, (value) => [2 * value - 1]);
  return { inputs, targets: inputs.map(([value], n) => 100 + 50 * value! + 5 * z[n]! ** 3) };
}

/** The network of a table, trained for a moment; `dense` layers make all draws alike. */
async function trainedOn<P extends ClassPredictive | RealPredictive>(
  rows: { inputs: number[][]; targets: readonly (string | number)[] },
  likelihood: ReturnType<typeof categorical> | ReturnType<typeof normal>,
  layer: typeof dense = denseFlipout,
) {
  const data = table(rows);
  const network = sequential(layer({ units: 12, activation: 'tanh' }), layer({ units: likelihood.outputs }));
  const model = { name: 'small', input: data.input, network, likelihood };
  return (await train(model as never, data, { iteration: 400, learningRate: 0.02, seed: 3 })) as Trained<P>;
}

/**
 * Of m truths, sets at a quantile of n scores hold as many as the beta-binomial law with n + 1 - l and l says, where
 * l = floor((n + 1) miss) (Vovk 2012). What it exceeds, and stays below, but for 1e-4 on either side.
 */
function heldOf(n: number, m: number, miss: number): readonly [least: number, most: number] {
  const b = Math.floor((n + 1) * miss);
  const a = n + 1 - b;
  const logarithms = [0];
  for (let k = 0; k < m; k++) {
    logarithms.push(logarithms[k]! + Math.log(((m - k) * (k + a)) / ((k + 1) * (m - k - 1 + b))));
  }
  const largest = Math.max(...logarithms);
  const weights = logarithms.map((value) => Math.exp(value - largest));
  const total = weights.reduce((sum, weight) => sum + weight);
  const place = (share: number) => {
    let sum = 0;
    return weights.findIndex((weight) => (sum += weight / total) >= share) / m;
  };
  return [place(1e-4), place(1 - 1e-4)];
}

const miss = 0.1;
const heldOut = points(500, 2);
const news = points(2000, 3);
const training = points(600, 1);
let ofClasses: Trained<ClassPredictive>;
let ofNumbers: Trained<RealPredictive>;
let calibration: Calibration;

beforeAll(async () => {
  ofClasses = await trainedOn(training, categorical(3));
  ofNumbers = await trainedOn(line(300, 4), normal());
  calibration = await calibrate(ofClasses, heldOut, { training });
});

describe('classes', () => {
  it('are held by sets as often as these say, and by few sets of all', async () => {
    const { sets } = await predictCalibrated(ofClasses, news.inputs, calibration, { miss });
    const held = sets.filter((set, n) => set.includes(n % 3)).length / sets.length;
    // without the random part sets hold more than they say: only from below is the law a bound
    expect(held).toBeGreaterThanOrEqual(heldOf(500, 2000, miss)[0]);
    expect(held).toBeLessThan(1);
    expect(sets.reduce((sum, set) => sum + set.length, 0) / sets.length).toBeLessThan(2);
  });

  it('have scores that the law is exact for, and sets of what is below their quantile', async () => {
    const { sets, probabilities } = await predictCalibrated(ofClasses, news.inputs, calibration, { miss });
    const quantile = calibration.classes!.scores[Math.ceil(501 * 0.9) - 1]!;
    const parts = uniforms(2000, 9);
    let held = 0;
    for (const [n, set] of sets.entries()) {
      const row = [...probabilities.subarray(3 * n, 3 * n + 3)];
      const order = [0, 1, 2].toSorted((a, b) => row[b]! - row[a]!);
      const before = order.map((_, k) => order.slice(0, k).reduce((sum, c) => sum + row[c]!, 0));
      expect(set).toEqual(order.filter((_, k) => before[k]! < quantile));
      if (before[order.indexOf(n % 3)]! + parts[n]! * row[n % 3]! <= quantile) held++;
    }
    const [least, most] = heldOf(500, 2000, miss);
    expect(held / 2000).toBeGreaterThanOrEqual(least);
    expect(held / 2000).toBeLessThanOrEqual(most);
  });

  it('come in smaller sets where more may be missed', async () => {
    const sizeAt = async (share: number) => {
      const { sets } = await predictCalibrated(ofClasses, news.inputs, calibration, { miss: share });
      return sets.reduce((sum, set) => sum + set.length, 0) / sets.length;
    };
    const [careful, usual, bold] = [await sizeAt(0.02), await sizeAt(0.1), await sizeAt(0.3)];
    expect(careful).toBeGreaterThan(usual);
    expect(usual).toBeGreaterThan(bold);
  });

  it('are put into words by their names', async () => {
    const asked = [
      [3, -0.5],
      [1, 1.1],
      [-2.5, -0.5],
      [60, -60],
    ];
    const { verdicts, prediction, familiarity } = await predictCalibrated(ofClasses, asked, calibration);
    expect(verdicts).toEqual([
      'east',
      expect.stringMatching(/^not sure: (east or north|north or east)$/),
      'west',
      'unlike anything in training',
    ]);
    expect(prediction).toEqual(await predict(ofClasses, asked));
    expect(familiarity![0]).toBeGreaterThan(0.1);
  });

  it('of what is like the training are seldom told to be unlike it', async () => {
    const { verdicts, familiarity } = await predictCalibrated(ofClasses, news.inputs, calibration, { miss });
    const share = verdicts.filter((words) => words.startsWith('unlike')).length / verdicts.length;
    // so by either of the two views for miss / 10 at most, in the mean: the law of the distances of 500 held-out rows
    expect(share).toBeLessThanOrEqual(2 * (1 - heldOf(500, 2000, miss / 10)[0]));
    expect(familiarity!.filter((value) => value <= 0.5).length).toBeGreaterThan(0);
  });

  it('have no familiarity where no rows of the training were given', async () => {
    const without = await calibrate(ofClasses, heldOut);
    expect(without).toEqual({ ...calibration, familiarity: null });
    const { familiarity, verdicts } = await predictCalibrated(ofClasses, [[60, -60]], without);
    expect(familiarity).toBeNull();
    expect(verdicts[0]).not.toContain('unlike');
  });

  it('have the temperature by which they were overheated', async () => {
    const cool = await trainedOn<ClassPredictive>(training, categorical(3), dense);
    const { name: last } = cool.parameters.at(-1)!;
    const layer = last.slice(0, last.lastIndexOf('/'));
    const hot = cool.parameters.map((tensor) =>
      tensor.name.startsWith(`${layer}/`) ? { ...tensor, data: tensor.data.map((value) => 3 * value) } : tensor,
    );
    const overheated = { ...cool, ...trainedModel(cool.model, hot) };
    const { classes: before } = await calibrate(cool, heldOut, { draws: 1 });
    const { classes: after } = await calibrate(overheated, heldOut, { draws: 1 });
    // probabilities are sums in fixed point, and those below 1e-15 count as that
    expect(after!.temperature / (3 * before!.temperature)).toBeCloseTo(1, 2);
    expect(after!.after).toBeCloseTo(before!.after, 4);
    expect(after!.after).toBeLessThan(after!.before);
    // independently: of a grid of temperatures none is better
    const { probabilities } = await predict(overheated, heldOut.inputs, { draws: 1 });
    const nllAt = (temperature: number) =>
      heldOut.inputs.reduce((sum, _, n) => {
        const powers = [...probabilities.subarray(3 * n, 3 * n + 3)].map(
          (p) => Math.max(p, 1e-15) ** (1 / temperature),
        );
        return sum - Math.log(powers[n % 3]! / powers.reduce((a, b) => a + b)) / heldOut.inputs.length;
      }, 0);
    expect(nllAt(after!.temperature)).toBeCloseTo(after!.after, 9);
    for (let t = 0.5; t < 8; t += 0.25) expect(nllAt(t)).toBeGreaterThanOrEqual(after!.after - 1e-9);
  });
});

describe('numbers', () => {
  it('are held by intervals as often as these say, in their own unit, whatever the noise', async () => {
    const rows = line(400, 6);
    const learned = await calibrate(ofNumbers, rows);
    const fresh = line(2000, 8);
    const { low, high, verdicts, prediction } = await predictCalibrated(ofNumbers, fresh.inputs, learned, { miss });
    const held = fresh.targets.filter((y, n) => low[n]! <= y && y <= high[n]!).length / 2000;
    const [least, most] = heldOf(400, 2000, miss);
    expect(held).toBeGreaterThanOrEqual(least);
    expect(held).toBeLessThanOrEqual(most);
    expect(new Set(verdicts)).toEqual(new Set(['']));
    // independently: the 361st of 400 residuals in standard deviations, in order
    const { mean, standardDeviation } = await predict(ofNumbers, rows.inputs);
    const scores = rows.targets.map((y, n) => Math.abs(y - mean[n]!) / standardDeviation[n]!);
    const quantile = scores.toSorted((a, b) => a - b)[360]!;
    for (const n of [0, 700, 1999]) {
      expect(high[n]! - low[n]!).toBeCloseTo(2 * quantile * prediction.standardDeviation[n]!, 3);
      expect((low[n]! + high[n]!) / 2).toBeCloseTo(prediction.mean[n]!, 9);
    }
  });

  it('that are predicted for what is unlike the training are told by that', async () => {
    const learned = await calibrate(ofNumbers, line(400, 6), { training: line(300, 4) });
    const { verdicts } = await predictCalibrated(ofNumbers, [[0.1], [40]], learned);
    expect(verdicts).toEqual(['', 'unlike anything in training']);
  });
});

describe('a calibration', () => {
  it('comes back from JSON as it was', async () => {
    const back: Calibration = JSON.parse(JSON.stringify(calibration));
    expect(back).toEqual(calibration);
    const asked = news.inputs.slice(0, 50);
    const expected: CalibratedClasses<ClassPredictive> = await predictCalibrated(ofClasses, asked, calibration);
    expect(await predictCalibrated(ofClasses, asked, back)).toEqual(expected);
  });

  it('keeps infinite scores over JSON: with too many of them there is no interval', async () => {
    const wild = {
      ...ofNumbers,
      model: { ...ofNumbers.model, likelihood: studentT({ noise: 'learned', degrees: 1.5 }) },
    };
    const learned: Calibration = JSON.parse(JSON.stringify(await calibrate(wild, line(40, 6), { draws: 3 })));
    expect(new Set(learned.numbers![0])).toEqual(new Set([null]));
    await expect(predictCalibrated(wild, [[0]], learned)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DataError: sets that miss 0.1 of the truths at most need more held-out examples, or finite spreads: got 40, expected at least 10. Ask for a larger share, or hold out more examples]`,
    );
  });

  it('takes draws and seed of its own, and predictions with it too', async () => {
    const own = await calibrate(ofClasses, heldOut, { draws: 7, seed: 11 });
    expect(own).toMatchObject({ draws: 7, seed: 11, count: 500 });
    const { prediction } = await predictCalibrated(ofClasses, [[0, 1]], own);
    expect(prediction).toEqual(await predict(ofClasses, [[0, 1]], { draws: 7, seed: 11 }));
  });
});

it('names what it cannot take', async () => {
  const few = points(12, 2);
  const { parameters } = await calibrate(ofNumbers, line(40, 6));
  const { groups, inputs, features } = calibration.familiarity!;
  const broken = { groups, inputs: { ...inputs, axes: [1] }, features };
  const narrow = { groups, inputs, features: inputs };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'too few rows': () => calibrate(ofClasses, few),
    'rows of one class': () => calibrate(ofClasses, { ...heldOut, targets: heldOut.targets.map(() => 'west') }),
    'no rows': () => calibrate(ofClasses, 7 as never),
    'training rows that are none': () => calibrate(ofClasses, heldOut, { training: 'x' as never }),
    'targets of a new class': () => calibrate(ofClasses, { ...few, targets: few.targets.map(() => 'south') }),
    'another number of targets': () => calibrate(ofClasses, { ...few, targets: names }),
    'what is not trained': () => calibrate({} as never, heldOut),
    'encoded examples': () => calibrate({ ...ofClasses, schema: null }, { ...heldOut, inputs: new Float32Array(1000) }),
    'a share that is none': () => predictCalibrated(ofClasses, [[0, 0]], calibration, { miss: 10 }),
    'too small a share': () => predictCalibrated(ofClasses, [[0, 0]], calibration, { miss: 0.001 }),
    'no calibration': () => predictCalibrated(ofClasses, [[0, 0]], 'text' as never),
    'a broken one': () => predictCalibrated(ofClasses, [[0, 0]], { ...calibration, draws: -1 }),
    'a broken view in it': () => predictCalibrated(ofClasses, [[0, 0]], { ...calibration, familiarity: broken }),
    'that of another network': () => predictCalibrated(ofNumbers, [[0]], calibration),
    'that of other targets': () => predictCalibrated(ofNumbers, [[0]], { ...calibration, parameters }),
    'that of other features': () => predictCalibrated(ofClasses, [[0, 0]], { ...calibration, familiarity: narrow }),
  };
  const messages: Record<string, string> = {};
  for (const [what, call] of Object.entries(calls)) messages[what] = await call().then(String, String);
  expect(messages).toMatchInlineSnapshot(`
    {
      "a broken one": "UsageError: a calibration: got -1 as draws, expected what calibrate gives, also by way of JSON",
      "a broken view in it": "UsageError: a calibration: got an object as familiarity, expected what calibrate gives, also by way of JSON",
      "a share that is none": "UsageError: miss: got 10, expected a share above 0 and below 1",
      "another number of targets": "DataError: inputs and targets do not belong together: got 12 inputs and 3 targets, expected as many of one as of the other",
      "encoded examples": "ShapeError: calibrate takes rows, and the network was trained on encoded examples",
      "no calibration": "UsageError: a calibration: got "text", expected what calibrate gives, also by way of JSON",
      "no rows": "UsageError: data to calibrate on: got 7, expected inputs and targets",
      "rows of one class": "DataError: the held-out part has examples of one class alone: got 500 of class 2, expected examples of several classes",
      "targets of a new class": "DataError: the targets has a class in column y that the training part has not: got "south" in rows 1, 2, 3, 4, 5 and 7 more, expected one of east, north, west. Correct these rows, take them out, or train with rows that have it",
      "that of another network": "CheckpointError: the calibration is that of another network: got parameters of checksum 834621268, expected 1298880747. Make one for this network: calibrate(trained, heldOut)",
      "that of other features": "UsageError: features of a calibration: got 3 x 2, expected 3 x 12",
      "that of other targets": "UsageError: the calibration is that of another likelihood: got classes, expected 1 number",
      "too few rows": "DataError: the held-out part is too small to calibrate on: got 12 examples, expected at least 20",
      "too small a share": "DataError: sets that miss 0.001 of the truths at most need more held-out examples, or finite spreads: got 500, expected at least 999. Ask for a larger share, or hold out more examples",
      "training rows that are none": "UsageError: data to calibrate on: got "x", expected inputs and targets",
      "what is not trained": "UsageError: a trained network: got an object, expected what train gives",
    }
  `);
});
