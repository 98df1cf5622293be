/** Runs with all that a report may have to show, as they are read: of classes, twice, and of gravitational waves. */
import { ringdown } from '../../src/gravitation/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { posteriorCurves } from '../../src/report/figures/posterior.ts';
import { scoreHistogram } from '../../src/report/run/scores.ts';
import type { RunReport } from '../../src/report/run/read.ts';
import type { EvaluationRecord } from '../../src/report/run/records.ts';
import { flatSettings } from '../../src/report/run/flat-settings.ts';
import { defaults } from '../../src/train/index.ts';

const at = '2026-11-25T03:00:00.000Z';
const step = 1200;
/** PNG, base64 */
const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function normals(count: number, layer = 0): number[] {
  const values = new Float32Array(count);
  fillNormal(values, { seed: 3, purpose: purpose.weightNoise, step: 0, replica: 0, layer, example: 0 });
  return [...values];
}

function speeds(at: number, ranks: number): RunReport['ranks'][number] {
  const each = Array.from({ length: ranks }, (_, rank) => rank);
  return {
    step: at,
    samplesPerSecond: each.map((rank) => 1000 - 100 * rank),
    busy: each.map((rank) => 0.8 + 0.1 * rank),
  };
}

function common(name: string, ranks: number): Omit<RunReport, 'evaluations' | 'evaluation' | 'regression' | 'details'> {
  const layers = (scale: number) =>
    ['conv2dFlipout', 'a layer with a rather long name/denseFlipout', 'output'].map((layer, i) =>
      posteriorCurves({
        layer,
        mean: Float32Array.from(normals(300, i), (z) => scale * z),
        standardDeviation: Float32Array.from(normals(300, 9 + i), (z) => 0.05 * scale * Math.exp(0.2 * z)),
      }),
    );
  const configuration = { ...defaults, replicas: ranks, seed: ranks, learningRate: 0.001 * ranks };
  return {
    ...{ folder: `runs/${name}`, name, configuration, settings: flatSettings(configuration) },
    metrics: Array.from({ length: 120 }, (_, i) => ({
      ...{ step: 10 * (i + 1), epoch: i / 90, kl: 4000 - i, nll: 1 / (i + 1), negativeElbo: 1 / (i + 1) + 0.07 },
      ...{ samplesPerSecond: 900 * ranks + i, figures: { accuracy: 1 - 0.5 / (i + 1) } },
    })),
    timing: { steps: step, seconds: 90, samplesPerSecond: 950 * ranks, stepSeconds: 0.07, slowStepSeconds: 0.09 },
    ranks: ranks === 1 ? [] : Array.from({ length: 120 }, (_, i) => speeds(10 * (i + 1), ranks)),
    starts: [
      {
        ...{ step: 0, at, ranks, communicator: `${ranks} threads`, engine: 'onednn 3.2.0, avx512_core_bf16; wasm' },
        ...{ host: 'node-0017.cluster.example', cpu: 'a CPU with a long name', examples: 60_000, totalSteps: step },
        ...{ parameters: 128_714, likelihood: 'categorical' },
      },
    ],
    ...{ waves: null, outOfDistribution: [], corrupted: null, calibration: null },
    posterior: [1, 400, step].map((moment) => ({ step: moment, layers: layers(1 / Math.log(moment + 2)) })),
    atWork: null,
    problems: ['timing.csv: a line of 1200 cannot be read and is left out'],
  };
}

/** @param ranks two of these differ in them, so that a speed-up is shown */
export function classRun(name: string, ranks: number): RunReport {
  const figures = { accuracy: 0.9545, nll: 0.1529, brier: 0.0699, ece: 0.0188 };
  const moment: EvaluationRecord = { step, at, data: 'mnist', of: 'test', images: 10_000, draws: 30, seed: 0, figures };
  const bins = [0.3, 0.55, 0.75, 0.95].map((confidence, i) => ({
    ...{ count: 4 * 10 ** i, confidence, accuracy: confidence - 0.05 },
  }));
  const evaluation = { ...moment, reliability: bins };
  const validation = [300, 600, 900].map((when) => ({ ...moment, step: when, of: 'validation' as const }));
  const detection = [{ name: 'entropy', auroc: 0.91, aupr: 0.88, fpr95: 0.4, inside: 0.2, outside: 1.1 }];
  const other = { ...moment, of: 'outOfDistribution' as const, data: 'shared/letters/a folder', detection };
  const severities = ['blur', 'noise', 'rotation', 'contrast'].flatMap((kind) =>
    [1, 3, 5].map((severity) => ({
      ...{ kind, severity, figures: { ...figures, accuracy: 0.95 - 0.1 * severity }, uncertainty: 0.2 * severity },
    })),
  );
  const none = { kind: 'none', severity: 0, figures, uncertainty: 0.1 };
  const classes = Array.from({ length: 10 }, (_, i) => `${i}`);
  const cells = classes.flatMap((_, truth) =>
    classes.map((_, taken): [number, number, number] => [
      truth,
      taken,
      truth === taken ? 960 : 1 + ((truth * taken) % 40),
    ]),
  );
  const points = [0, 0.25, 0.5, 0.75, 1];
  return {
    ...common(name, ranks),
    calibration: {
      ...{ schemaVersion: 1, step, at, parametersSha256: '', of: 'half of the test set', draws: 30, seed: 0 },
      ...{ count: 5000, classes: { temperature: 1.04, before: 0.153, after: 0.152 }, numbers: null },
      ...{ check: { count: 5000, before: 0.153, after: 0.152, coverage: 0.9, size: 1.2 }, referencesSha256: null },
    } as unknown as RunReport['calibration'],
    ...{
      evaluations: [
        ...validation,
        evaluation,
        { ...moment, of: 'other', data: `/data/${'a-rather-long-folder/'.repeat(6)}others.csv` },
      ],
      evaluation,
    },
    regression: null,
    details: {
      ...{ step, at, count: 10_000, resamples: 1000, adaptiveCalibrationError: 0.0123 },
      intervals: { accuracy: [0.95, 0.96], nll: [0.14, 0.16] },
      selective: { loss: 'error', aurc: 0.004, excessAurc: 0.002, kept: [{ coverage: 0.8, risk: 0.002 }] },
      groups: [
        {
          ...{ by: 'class', figure: 'accuracy' },
          groups: classes.map((one, i) => ({ name: one, count: 1000, mean: 0.93 + 0.005 * i, standardError: 0.007 })),
        },
      ],
      curve: points.map((coverage) => ({ coverage, risk: 0.05 * coverage, best: 0.04 * coverage ** 3 })),
      confusion: { classes, cells },
      uncertain: (['epistemic', 'aleatoric'] as const).map((kind) => ({
        kind,
        examples: Array.from({ length: 12 }, (_, i) => ({
          ...{ row: 100 * i, value: 1 / (i + 1), truth: '4', predicted: '9', probability: 0.5, picture: onePixel },
        })),
      })),
    },
    outOfDistribution: [
      {
        evaluation: other,
        scores: {
          ...{ step, at, data: other.data },
          scores: ['entropy', 'mutualInformation', 'energy'].map((score, i) =>
            scoreHistogram(
              score,
              normals(300, 20 + i),
              normals(200, 30 + i).map((z) => 2 + z),
            ),
          ),
        },
      },
    ],
    corrupted: { ...moment, of: 'corrupted', corruptions: [none, ...severities] },
  };
}

export function wavesRun(name: string): RunReport {
  const names = ['finalSpin', 'omegaReal', 'omegaImaginary'];
  const count = 400;
  const spins = Array.from({ length: count }, (_, i) => 0.3 + 0.0015 * i);
  const truths = [spins, spins.map((a) => ringdown(a).omegaReal), spins.map((a) => ringdown(a).omegaImaginary)];
  const levels = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  const targets = truths.map((target, t) => {
    const mean = target.map((truth, i) => truth + 0.03 * normals(count, 40 + t)[i]!);
    return {
      ...{ name: names[t]!, target, mean, coverage: levels.map((level) => level ** 1.1) },
      ...{ q05: mean.map((value) => value - 0.05), q95: mean.map((value) => value + 0.05) },
      ...{ standardDeviation: mean.map(() => 0.03), probability: mean.map((_, i) => (i + 0.5) / count) },
    };
  });
  const figures = {
    rmse: 0.03,
    nll: -1.2,
    crps: 0.017,
    coverage50: 0.5,
    coverage90: 0.89,
    width50: 0.04,
    width90: 0.1,
  };
  const perTarget = names.map((target) => [`relativeError.${target}`, 0.07]);
  const evaluation: EvaluationRecord = {
    ...{ step, at, data: 'gw', of: 'test', images: count, draws: 30, seed: 0 },
    figures: { ...figures, ...(Object.fromEntries(perTarget) as Record<string, number>) },
  };
  const perName = [0.2, 0.08, 0.04];
  return {
    ...common(name, 1),
    ...{ evaluations: [evaluation], evaluation },
    regression: {
      ...{ step, at, count, outputs: 4, areCounts: false, levels, rows: spins.map((_, i) => i), targets },
    },
    details: {
      ...{ step, at, count, resamples: 1000, intervals: { rmse: [0.02, 0.04] }, groups: [] },
      selective: { loss: 'absoluteError', aurc: 0.4, excessAurc: 0.2, kept: [{ coverage: 0.8, risk: 0.3 }] },
      curve: [0.1, 0.5, 1].map((coverage) => ({ coverage, risk: coverage, best: coverage ** 2 })),
      pit: names.map((target) => ({ name: target, shares: Array.from({ length: 10 }, () => 0.1) })),
    },
    waves: {
      ...{ step, at, names, guess: [0.25, 0.09, 0.05] },
      loudness: [1.2, 2, 2.8].map((peakSnr) => ({
        ...{ peakSnr, count: 100, error: perName, uncertainty: perName, coverage: [0.9, 0.88, 0.93] },
      })),
      recalibration: { count: 50, factor: [1.1, 1, 0.9], before: [0.87, 0.9, 0.93], after: [0.9, 0.9, 0.9] },
      events: ['GW150914', 'GW170814'].map((event) => ({
        ...{ name: event, times: 20, peakSnr: 1.3, published: [0.69, 0.65, 0.74], truth: 0.68 },
        ...{ predicted: [0.67, 0.5, 0.8], coverage: 0.95 },
      })),
    },
  };
}

/** A run whose figures have much to write: a dozen ranks, twenty layers, millions, long names. */
export function crowdedRun(name: string): RunReport {
  const { regression, details, metrics, posterior, ...run } = wavesRun(name);
  const large = (values: readonly number[]) => values.map((value) => -2e6 * value);
  const targets = regression!.targets.map(({ name: target, coverage, probability, ...rows }) => ({
    ...{ name: `${target} of what has a long name`, coverage, probability: probability ?? [] },
    ...{ target: large(rows.target), mean: large(rows.mean), q05: large(rows.q95), q95: large(rows.q05) },
    standardDeviation: rows.standardDeviation.map((value) => 2e6 * value),
  }));
  const example = { value: 0.5, truth: '1', predicted: '2' };
  const long = 'a group whose name has no room beside its number of examples';
  return {
    ...{ ...run, waves: null },
    metrics: metrics.map((one) => ({ ...one, kl: 1e6 * one.kl, samplesPerSecond: 1e4 * one.samplesPerSecond })),
    ranks: Array.from({ length: 120 }, (_, i) => {
      const { samplesPerSecond, ...one } = speeds(10 * (i + 1), 9);
      return {
        ...one,
        busy: one.busy.map((share) => share / 2),
        samplesPerSecond: samplesPerSecond.map((v) => 1e4 * v),
      };
    }),
    posterior: posterior.map(({ step: moment, layers }) => ({
      step: moment,
      layers: Array.from({ length: 20 }, (_, i) => ({ ...layers[i % 3]!, layer: `a block/its branch/layer ${i}` })),
    })),
    regression: { ...regression!, targets },
    details: {
      ...details!,
      groups: [
        {
          ...{ by: 'a column', figure: 'coverage90' as const },
          groups: [0.8, 0.95].map((mean, i) => ({ name: `${i}: ${long}`, count: 12_345, mean, standardError: 0.01 })),
        },
      ],
      uncertain: (['epistemic', 'aleatoric'] as const).map((kind) => ({
        kind,
        // one noise for all
        examples: Array.from({ length: 8 }, (_, row) => ({
          ...example,
          row,
          ...(kind === 'epistemic' && { value: 9 - row }),
        })),
      })),
    },
  };
}
