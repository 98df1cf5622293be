import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderConfiguration } from '../../src/cli/configuration/index.ts';
import { run } from '../../src/cli/run.ts';
import { defaults } from '../../src/train/index.ts';
import { writeSweep } from '../../src/launch/index.ts';
import { posteriorCurvesObserver, recordEvaluation, recordStart } from '../../src/report/index.ts';
import { MetricsFile, TimingFile, sealed } from '../../src/run/index.ts';
import type { TrainingObserver } from '../../src/train/index.ts';
import { file, recorder, scratch } from './request.ts';

async function report(...words: string[]) {
  const terminal = recorder();
  const code = await run(['report', ...words], terminal);
  const clean = (text: string) => text.replaceAll(scratch, 'DIR');
  return { code, out: clean(terminal.out()), err: clean(terminal.err()) };
}

const bins = [0.55, 0.75, 0.95].map((confidence, i) => ({
  count: 10 ** (i + 1),
  confidence,
  accuracy: confidence - 0.05,
}));

const start = {
  ...{ step: 0, at: '2026-11-25T03:00:00.000Z', communicator: '1 thread', engine: 'wasm' },
  ...{ host: 'here', cpu: 'a CPU', examples: 60_000, totalSteps: 40 },
};

/** A run folder as a training of 40 steps leaves it, written by what writes it there. */
function trained(name: string, { model = 'BNN_conv_flip', ranks = 1, rate = 1000 } = {}): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.yaml'), sealed(renderConfiguration({ ...defaults, model, replicas: ranks })));
  const observers: TrainingObserver[] = [
    new MetricsFile(folder),
    new TimingFile(folder),
    posteriorCurvesObserver(folder),
  ];
  for (let step = 1; step <= 40; step++) {
    const seconds = (64 * ranks) / rate;
    const timing = { step, seconds, samplesPerSecond: rate, startedAt: step, endedAt: step + seconds };
    const figures = { accuracy: 1 - 1 / step };
    const loss = { nll: 1 / step, kl: 100, beta: 1, negativeElbo: 1 / step + 0.1, figures };
    for (const observer of observers) {
      observer.onTiming?.(timing);
      if (step % 10 === 0) observer.onStep?.({ step, epoch: step / 937.5, ...loss, learningRate: 0.001 }, timing);
    }
  }
  const layer = {
    layer: 'conv2dFlipout',
    shape: [2, 2],
    mean: Float32Array.of(-1, 0, 0.5, 1),
    standardDeviation: Float32Array.of(1, 2, 3),
  };
  for (const step of [20, 40]) void observers[2]!.onPosterior?.(step, [layer]);
  for (const observer of observers) observer.onEnd?.(40, true);
  recordStart(folder, { ...start, ranks, communicator: `${ranks} threads` });
  const figures = { accuracy: 0.9, nll: 0.3, brier: 0.1, ece: 0.05 };
  const evaluation = { step: 40, at: start.at, data: 'mnist', images: 10_000, draws: 30, figures, reliability: bins };
  recordEvaluation(folder, evaluation);
  return folder;
}

/** Every file of a run folder but its report. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !/[/\\]report[/\\]/.test(path));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'latin1')]));
}

const one = trained('one');
const two = trained('two', { ranks: 2, rate: 1900 });
const twin = trained('twin', { model: 'CNN_conv', rate: 1200 });
const twins = trained('twins', { model: 'CNN_conv', ranks: 2, rate: 2300 });

describe('credence report', () => {
  it('writes a page of one run into its folder that needs nothing else', async () => {
    const { code, out, err } = await report(one);
    expect({ code, out, err }).toEqual({ code: 0, out: 'DIR/one/report/index.html\n', err: '' });
    const page = readFileSync(join(one, 'report/index.html'), 'utf8');
    for (const title of ['Training', 'Evaluation', 'Posterior of the weights'])
      expect(page).toContain(`<h3>${title}</h3>`);
    // training, calibration, and the posterior through both steps
    expect(page.match(/<figure\b/g)).toHaveLength(3);
    expect(page).toContain('>step 20<');
    expect(page).toContain('<td>0.9000 ± 0.0030</td><td>0.3000</td>');
    expect(page).toContain('1,000 samples/s over all ranks');
    expect(page).not.toContain('<h2>Speed-up</h2>');
    const leaving = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target!);
    expect(leaving.filter((target) => !target.startsWith('#'))).toEqual([]);
    expect(page).not.toMatch(/NaN|undefined|Infinity|<script/);
    const names = [...page.matchAll(/\bid="([^"]*)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('draws measured and simulated speed-up where runs differ in their ranks, a curve for each network', async () => {
    const out = join(scratch, 'four');
    const { code, out: text } = await report(one, two, twin, twins, '--out', out, '--json');
    expect(code).toBe(0);
    const {
      runs,
      speedUp,
      report: path,
    } = JSON.parse(text) as {
      report: string;
      runs: { model: string; ranks: number; accuracy: number; problems: string[] }[];
      speedUp: { name: string; scaling: string; epochSeconds: number; measured: object[]; simulated: object[] }[];
    };
    expect(path).toBe('DIR/four/index.html');
    expect(runs.map(({ model, ranks }) => `${model} ${ranks}`)).toEqual([
      'BNN_conv_flip 1',
      'BNN_conv_flip 2',
      'CNN_conv 1',
      'CNN_conv 2',
    ]);
    const [bnn, cnn] = speedUp;
    expect(bnn).toMatchObject({ name: 'BNN_conv_flip, batch 64', scaling: 'weak', epochSeconds: 60 });
    expect(bnn!.measured).toEqual([
      { ranks: 1, speedUp: 1 },
      { ranks: 2, speedUp: 1.9 },
    ]);
    // fitted there
    expect(bnn!.simulated[1]).toMatchObject({ ranks: 2, speedUp: expect.closeTo(1.9, 6) as number });
    expect(cnn).toMatchObject({ name: 'CNN_conv, batch 64', epochSeconds: 50 });
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toContain('<h2>Speed-up</h2>');
    for (const text of ['seconds per epoch', 'against one rank', 'measured', 'simulated']) expect(page).toContain(text);
  });

  it('puts runs into one figure, told apart by their settings, and keeps each figure in files for papers', async () => {
    const out = join(scratch, 'papers');
    const { code, out: text } = await report(one, twin, '--out', out, '--figures', '--json');
    expect(code).toBe(0);
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    const at = (title: string) => page.indexOf(`<h2>${title}</h2>`);
    expect(at('All runs')).toBeGreaterThan(0);
    expect(at('Runs compared')).toBeGreaterThan(at('All runs'));
    expect(at('one')).toBeGreaterThan(at('Runs compared'));
    for (const label of ['one: model BNN_conv_flip', 'twin: model CNN_conv']) expect(page).toContain(`>${label}<`);
    const { figures } = JSON.parse(text) as { figures: string[] };
    const names = ['compared-training', 'compared-reliability'];
    for (const run of ['one', 'twin'])
      names.push(...['training', 'reliability', 'posterior'].map((name) => `${run}-${name}`));
    const files = names.flatMap((name) => ['svg', 'png', 'json'].map((kind) => `${name}.${kind}`));
    expect(figures.map((path) => path.replace('DIR/papers/figures/', ''))).toEqual(files);
    expect(readdirSync(join(out, 'figures')).toSorted()).toEqual(files.toSorted());
    // the page is the same without them; clip paths are numbered through the whole process
    await report(one, twin, '--out', out);
    const plain = (text: string) => text.replaceAll(/clip\d+/g, 'clip');
    expect(plain(readFileSync(join(out, 'index.html'), 'utf8')) === plain(page)).toBe(true);
  });

  it('takes measured times of credence bench scaling, weak and strong', async () => {
    const points = [1, 2].map((ranks) => ({ ranks, stepMs: 10 / ranks }));
    const series = ['weak', 'strong'].map((scaling) => ({ model: 'BNN_FC_flip', scaling, batch: 64, points }));
    const scaling = file('scaling.json', JSON.stringify({ series }));
    const out = join(scratch, 'measured');
    expect(await report(one, '--out', out, '--scaling', scaling)).toMatchObject({ code: 0 });
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    for (const kind of ['Weak scaling', 'Strong scaling']) expect(page).toContain(kind);
  });

  it('gathers a sweep, and names the runs of it that have not begun', async () => {
    const sweep = join(scratch, 'sweep');
    mkdirSync(sweep);
    for (const ranks of [1, 2]) trained(`sweep/nodes-${ranks}`, { ranks, rate: 1000 * ranks });
    const each = { ranksPerNode: 1, threadsPerRank: 1, script: 'x.sh', log: 'x.log', job: '7' };
    const runs = [1, 2, 4].map((nodes) => ({ folder: `nodes-${nodes}`, nodes, ranks: nodes, ...each }));
    writeSweep(sweep, { scheduler: 'slurm', command: ['train'], created: '2026-11-25T03:00:00Z', runs });
    const { code, out } = await report(sweep);
    expect(code).toBe(0);
    expect(out).toBe(
      '  DIR/sweep/nodes-4 (4 nodes, 4 ranks) has not begun; its job is 7\nDIR/sweep/report/index.html\n',
    );
    expect(readFileSync(join(sweep, 'report/index.html'), 'utf8')).toContain('<h2>Speed-up</h2>');
  });
});

describe('credence report of what is broken', () => {
  it('tells what is missing, and reports the rest', async () => {
    const folder = trained('unfinished');
    rmSync(join(folder, 'evaluations.jsonl'));
    writeFileSync(join(folder, 'config.yaml'), 'model: [');
    appendFileSync(join(folder, 'metrics.jsonl'), 'rubbish\n{"step": 50, "ep');
    writeFileSync(join(folder, 'timing.csv'), 'iteration,seconds,samplesPerSecond,start,end\n');
    rmSync(join(folder, 'starts.jsonl'));
    recordStart(folder, { ...start, ranks: 1, totalSteps: 9375 });
    const { code, out } = await report(folder);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  DIR/unfinished: config.yaml cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 9
        DIR/unfinished: metrics.jsonl: 2 of 6 lines cannot be read and are left out
        DIR/unfinished: timing.csv holds no step yet
        DIR/unfinished: the run is not finished: step 40 of 9375. Go on with: credence train --resume DIR/unfinished
        DIR/unfinished: no evaluation is kept, so there is no calibration. Make one with: credence evaluate DIR/unfinished
      DIR/unfinished/report/index.html
      "
    `);
    expect(readFileSync(join(folder, 'report/index.html'), 'utf8')).toContain('<ul class="problems">');
  });

  it('takes a run that is being written as far as it goes, and changes nothing of it', async () => {
    const [whole, torn] = [trained('whole'), trained('torn')];
    // each file as a write leaves it that has not come to its end
    appendFileSync(join(torn, 'metrics.jsonl'), '{"step":50,"epoch":0.05,"nll":0.0');
    appendFileSync(
      join(torn, 'evaluations.jsonl'),
      '{"step":40,"data":"mnist","images":10000,"draws":300,"accuracy":0.',
    );
    appendFileSync(join(torn, 'starts.jsonl'), '{"step":40,"at":"2026-');
    appendFileSync(join(torn, 'posterior/curves.jsonl'), '{"step":60,"layers":[{"layer":"conv2dFli');
    appendFileSync(join(torn, 'timing.csv'), '41,0.064,1');
    mkdirSync(join(torn, 'checkpoints/.step-50.tmp'), { recursive: true });
    writeFileSync(join(torn, 'checkpoints/.step-50.tmp/model.safetensors'), Buffer.alloc(100, 7));
    writeFileSync(join(torn, 'evaluations.part'), '{');
    const before = contents(torn);
    const { code, out } = await report(torn);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  DIR/torn: metrics.jsonl: 1 of 5 lines cannot be read and are left out
        DIR/torn: starts.jsonl: 1 of 2 lines cannot be read and are left out
        DIR/torn: evaluations.jsonl: 1 of 2 lines cannot be read and are left out
        DIR/torn: posterior/curves.jsonl: 1 of 3 lines cannot be read and are left out
      DIR/torn/report/index.html
      "
    `);
    expect(contents(torn)).toEqual(before);
    await report(whole);
    // but for its name and what is said of torn lines it is the page of the whole run
    const plain = (folder: string) =>
      readFileSync(join(folder, 'report/index.html'), 'utf8')
        .replace(/<ul class="problems">[\s\S]*?<\/ul>/, '')
        .replaceAll(/clip\d+|whole|torn/g, '')
        .replaceAll(/\n+/g, '\n');
    expect(plain(torn) === plain(whole)).toBe(true);
  });

  it('refuses what is no run, several runs without a place, and a place that cannot be', async () => {
    const empty = join(scratch, 'empty');
    mkdirSync(empty);
    const blocked = file('blocked', '');
    let messages = '';
    for (const [words, expected] of [
      [[], 2],
      [[join(scratch, 'absent')], 2],
      [[empty], 2],
      [[blocked], 2],
      [[one, two], 2],
      [[one, '--machine', 'thetta'], 2],
      [[one, '--scaling', join(scratch, 'absent.json')], 1],
      [[one, '--out', join(blocked, 'report')], 1],
    ] satisfies [string[], number][]) {
      const { code, out, err } = await report(...words);
      expect({ words, code, out }).toEqual({ words, code: expected, out: '' });
      messages += err;
    }
    expect(messages).toMatchInlineSnapshot(`
      "credence: credence report: RUN is missing: expected credence report RUN... [--out DIR] [--figures] [--scaling FILE]
      credence: run folder DIR/absent does not exist. Give the folder that credence train printed
      credence: DIR/empty is no run folder: it has no config.yaml. Give the folder that credence train printed, or that of a sweep of credence submit
      credence: run folder DIR/blocked does not exist. Give the folder that credence train printed
      credence: several runs, and no folder for their report. Give one with --out DIR
      credence: --machine: got thetta, expected laptop, theta, theta-horovod, cluster-ib. Did you mean theta?
      credence: DIR/absent.json cannot be read as measured scaling: got ENOENT: no such file or directory, open 'DIR/absent.json'. The form is {"series": [{"model", "scaling", "batch", "points": [{"ranks", "stepMs"}]}]}, as credence bench scaling writes it
      credence: the report cannot be written into DIR/blocked/report: got ENOTDIR: not a directory, mkdir 'DIR/blocked/report'. Give another folder with --out
      "
    `);
  });
});
