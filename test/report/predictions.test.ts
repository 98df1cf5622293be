import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { npyNumbers, readNpy } from '../../src/datasets/readers/npy.ts';
import { readZipEntry } from '../../src/datasets/readers/zip.ts';
import { readZipDirectory } from '../../src/datasets/readers/zip-directory.ts';
import type { ClassPredictive, RealPredictive } from '../../src/likelihoods/index.ts';
import { predictionRows, predictionsCsv, predictionsNpz, quantileName } from '../../src/report/index.ts';

const numbers = (length: number, first: number) => Float64Array.from({ length }, (_, i) => first + i / 8);

function reals(outputs: number, levels: readonly number[]): RealPredictive {
  const size = 3 * outputs;
  return {
    ...{ kind: 'reals', count: 3, outputs, draws: 10, levels, scores: null },
    ...{ mean: numbers(size, 10), standardDeviation: numbers(size, 20), aleatoric: numbers(size, 30) },
    epistemic: numbers(size, 40),
    quantiles: levels.map((_, l) => numbers(size, 50 + 10 * l)),
  };
}

const classes: ClassPredictive = {
  ...{ kind: 'classes', count: 2, classes: 3, draws: 10, levels: [0.5] },
  probabilities: Float64Array.of(0.125, 0.25, 0.625, 0.75, 0.25, 0),
  standardDeviations: numbers(6, 0),
  predictiveEntropy: Float64Array.of(0.9, 0.5),
  expectedEntropy: Float64Array.of(0.75, 0.25),
  mutualInformation: Float64Array.of(0.15, 0.25),
  quantiles: [numbers(6, 2)],
};

const names = ['a.csv[0]', 'a.csv[1]', 'a.csv[2]'];
const labels = { example: 'row', names, targets: ['y'], areNamed: false } as const;
const header = (csv: string) => csv.split('\r\n')[0];

function arraysIn(npz: Uint8Array) {
  const file = memoryBytes('p.npz', npz);
  const entries = readZipDirectory(file);
  const array = (name: string) => readNpy(name, readZipEntry(file, entries.get(`${name}.npy`)!));
  return { names: [...entries.keys()], array };
}

describe('predictions of numbers', () => {
  it('have a column each, named as the header says', () => {
    const csv = predictionsCsv(reals(1, [0.05, 0.5, 0.95]), labels);
    expect(csv).toMatchInlineSnapshot(`
      "mean,standardDeviation,aleatoric,epistemic,q05,q50,q95
      10,20,30,40,50,60,70
      10.125,20.125,30.125,40.125,50.125,60.125,70.125
      10.25,20.25,30.25,40.25,50.25,60.25,70.25
      "
    `);
    expect(header(predictionsCsv(reals(1, []), { ...labels, areNamed: true }))).toMatchInlineSnapshot(
      `"row,mean,standardDeviation,aleatoric,epistemic"`,
    );
  });

  it('have columns for each of several targets, with its name in front', () => {
    const csv = predictionsCsv(reals(2, [0.5]), { ...labels, targets: ['y', 'a "z", wide'], areNamed: true });
    const [head, first] = csv.split('\r\n');
    expect(head).toMatchInlineSnapshot(
      `"row,y.mean,y.standardDeviation,y.aleatoric,y.epistemic,y.q50,"a ""z"", wide.mean","a ""z"", wide.standardDeviation","a ""z"", wide.aleatoric","a ""z"", wide.epistemic","a ""z"", wide.q50""`,
    );
    expect(first).toBe('a.csv[0],10,20,30,40,50,10.125,20.125,30.125,40.125,50.125');
  });

  it('are objects with a number each, or an array of several targets', () => {
    expect(predictionRows(reals(1, [0.025]), labels)[2]).toEqual({
      ...{ row: 'a.csv[2]', mean: 10.25, standardDeviation: 20.25, aleatoric: 30.25, epistemic: 40.25, q02_5: 50.25 },
    });
    expect(predictionRows(reals(2, []), labels)[1]).toEqual({
      ...{ row: 'a.csv[1]', mean: [10.25, 10.375], standardDeviation: [20.25, 20.375] },
      ...{ aleatoric: [30.25, 30.375], epistemic: [40.25, 40.375] },
    });
  });

  it('are arrays for NumPy, [count] or [count, targets]', () => {
    const levels = [0.05, 0.975];
    for (const outputs of [1, 2]) {
      const predictive = reals(outputs, levels);
      const targets = ['y', 'z'].slice(0, outputs);
      const { names: entries, array } = arraysIn(predictionsNpz(predictive, { ...labels, targets }));
      const columns = ['mean', 'standardDeviation', 'aleatoric', 'epistemic', 'q05', 'q97_5'];
      expect(entries.toSorted()).toEqual(
        ['rows', 'targets', 'levels', ...columns].map((name) => `${name}.npy`).toSorted(),
      );
      const values = [
        ...[predictive.mean, predictive.standardDeviation, predictive.aleatoric, predictive.epistemic],
        ...predictive.quantiles,
      ];
      for (const [i, name] of columns.entries()) {
        expect(array(name).shape).toEqual(outputs === 1 ? [3] : [3, 2]);
        expect(npyNumbers(array(name))).toEqual(values[i]);
      }
      expect([...npyNumbers(array('levels'))]).toEqual(levels);
    }
  });

  it('name a level by its percent', () => {
    const levels = [0, 0.001, 0.025, 0.05, 0.07, 0.5, 0.9, 0.975, 0.9999, 1, 1e-9];
    expect(levels.map(quantileName).join(' ')).toBe('q00 q00_1 q02_5 q05 q07 q50 q90 q97_5 q99_99 q100 q00_0000001');
  });
});

describe('predictions of classes', () => {
  const own = { ...labels, names: names.slice(0, 2), targets: ['red', 'green, light', 'blue'] };
  const known = { example: 'image', names: ['0.png', '1.png'], targets: null, areNamed: true } as const;

  it('have a name beside the number where classes have names', () => {
    expect(predictionsCsv(classes, own)).toMatchInlineSnapshot(`
      "row,class,name,probability,predictiveEntropy,expectedEntropy,mutualInformation,probability_0,probability_1,probability_2,standardDeviation_0,standardDeviation_1,standardDeviation_2,quantile0.5_0,quantile0.5_1,quantile0.5_2
      a.csv[0],2,blue,0.625,0.9,0.75,0.15,0.125,0.25,0.625,0,0.125,0.25,2,2.125,2.25
      a.csv[1],0,red,0.75,0.5,0.25,0.25,0.75,0.25,0,0.375,0.5,0.625,2.375,2.5,2.625
      "
    `);
    expect(predictionRows(classes, own)[0]).toMatchObject({ row: 'a.csv[0]', class: 2, name: 'blue' });
    const { names: entries, array } = arraysIn(predictionsNpz(classes, own));
    expect(entries).toContain('classes.npy');
    expect(array('quantiles').shape).toEqual([1, 2, 3]);
  });

  it('have none in the sets that are known by name', () => {
    expect(predictionsCsv(classes, known)).toMatchInlineSnapshot(`
      "image,class,probability,predictiveEntropy,expectedEntropy,mutualInformation,probability_0,probability_1,probability_2,standardDeviation_0,standardDeviation_1,standardDeviation_2,quantile0.5_0,quantile0.5_1,quantile0.5_2
      0.png,2,0.625,0.9,0.75,0.15,0.125,0.25,0.625,0,0.125,0.25,2,2.125,2.25
      1.png,0,0.75,0.5,0.25,0.25,0.75,0.25,0,0.375,0.5,0.625,2.375,2.5,2.625
      "
    `);
    expect(Object.keys(predictionRows(classes, known)[0]!)).toEqual([
      ...['image', 'class', 'probability', 'predictiveEntropy', 'expectedEntropy', 'mutualInformation'],
      ...['probabilities', 'standardDeviations', 'quantiles'],
    ]);
    expect(arraysIn(predictionsNpz(classes, known)).names).toEqual(
      [
        ...['images', 'probabilities', 'standardDeviations', 'predictiveEntropy', 'expectedEntropy'],
        ...['mutualInformation', 'levels', 'quantiles'],
      ].map((name) => `${name}.npy`),
    );
  });
});
