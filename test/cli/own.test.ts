/** Networks and data of one's own, from the command as it is installed: the same bits however the work is shared. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import jpeg from 'jpeg-js';
import { afterAll, describe, expect, it } from 'vitest';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { type Ended, built, endOf, figuresOf, folder, linesIn, start, writeDigits } from './process.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const credence = (...words: string[]): Promise<Ended> => endOf(start(...words));

function write(name: string, text: string | Uint8Array): string {
  writeFileSync(at(name), text);
  return name;
}

function sha256Of({ code, stdout, stderr }: Ended): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256;
}

/** What is said of a command that is refused. */
async function refusal(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await credence(...words);
  // 2 for what was asked, 1 for a network whose layers do not fit
  expect([1, 2]).toContain(code);
  expect(stdout).toBe('');
  return stderr.replaceAll(folder, '');
}

/** In 0 .. 1, without a pattern that matters. */
const noise = (i: number) => ((i * 2654435761) % 1000) / 1000;

const rows = Array.from({ length: 120 }, (_, i) => {
  const [a, b] = [noise(3 * i), noise(3 * i + 1)];
  return `${a},${b},${['red', 'green', 'blue'][i % 3]},${a * b + 0.01 * noise(i + 7)}`;
});
const table = write('table.csv', ['a,b,colour,y', ...rows, ''].join('\n'));

const job = write(
  'job.yaml',
  `model:
  layers: [flatten, {denseFlipout: {units: 8, activation: relu}}, {denseFlipout: {units: 1}}]
  likelihood: {normal: {noise: learned}}
data: {path: table.csv, target: y}
iteration: 60
batchSize: 32
slices: 2
checkpointEvery: 10
printEvery: 1
draws: 3
`,
);

const mine = write(
  'mine.mjs',
  `import { denseFlipout, flatten, locationScale, sequential } from 'credence';
const product = (units) => ({
  kind: 'product',
  build(x, context) {
    const [left, right] = ['left', 'right'].map((name) => context.apply(denseFlipout({ units }), x, name));
    return context.graph.apply('multiply', [left, right], {})[0];
  },
});
const laplace = locationScale('laplace', {
  targets: 1,
  noise: 'learned',
  energy(graph, z) {
    const [above, below] = [z, graph.apply('negate', [z], {})[0]].map((part) => graph.apply('relu', [part], {})[0]);
    return graph.apply('add', [above, below], {})[0];
  },
  constant: Math.log(2),
  family: {
    parameters: 2,
    isDiscrete: false,
    mean: (a) => a,
    variance: (a, b) => 2 * b * b,
    cdf: (y, a, b) => (y < a ? 0.5 * Math.exp((y - a) / b) : 1 - 0.5 * Math.exp((a - y) / b)),
    logDensity: (y, a, b) => -Math.abs(y - a) / b - Math.log(2 * b),
  },
});
export default ({ targets }) => ({
  name: 'product of ' + targets.names.join(),
  network: sequential(flatten(), product(4), denseFlipout({ units: 1 })),
  likelihood: laplace,
});
`,
);
// two ranks need a slice each, and a table is one unless something is said
const small = [
  '--slices',
  '2',
  '--iteration',
  '30',
  '--batchSize',
  '32',
  '--checkpointEvery',
  '10',
  '--printEvery',
  '1',
  '--draws',
  '3',
];

/** Signals of 64 samples and two classes, as NumPy writes them. */
function writeSignals(): string {
  const [count, length] = [80, 64];
  const x = Float32Array.from({ length: count * length }, (_, i) => {
    const n = Math.floor(i / length);
    return Math.sin((i % length) * (n % 2 === 0 ? 0.2 : 0.7)) + 0.3 * noise(i);
  });
  const y = Int32Array.from({ length: count }, (_, n) => n % 2);
  const npy = (type: string, data: Float32Array | Int32Array, shape: string) => {
    const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + '\n';
    return new Uint8Array(
      Buffer.concat([
        Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
        Buffer.from(header),
        Buffer.from(data.buffer),
      ]),
    );
  };
  return write('signals.npz', zipSync({ 'x.npy': npy('<f4', x, '80, 64, 1'), 'y.npy': npy('<i4', y, '80,') }));
}

const lines = write(
  'lines.yaml',
  `model:
  layers:
    - conv1dFlipout: {filters: 4, kernelSize: 5, strides: 2, bias: none}
    - filterResponseNormalization
    - residual: {layers: [{conv1dFlipout: {filters: 6, kernelSize: 3}}], shortcut: {conv1d: {filters: 6, kernelSize: 1}}}
    - globalAveragePool
    - denseFlipout: {units: 2}
  likelihood: categorical
data: {path: ${writeSignals()}, target: y}
iteration: 30
batchSize: 32
slices: 2
checkpointEvery: 10
printEvery: 1
draws: 3
`,
);

/** Pictures of 64 x 64 in twelve classes, a folder each. */
function writePictures(): string {
  for (let c = 0; c < 12; c++) {
    mkdirSync(at(`pictures/class-${10 + c}`), { recursive: true });
    for (let i = 0; i < 6; i++) {
      const data = Uint8Array.from(
        { length: 64 * 64 * 4 },
        (_, p) => ((p >> 2) % 64 < 5 * c ? 200 : 60) + 40 * noise(p + i),
      );
      write(`pictures/class-${10 + c}/${i}.jpg`, jpeg.encode({ data, width: 64, height: 64 }, 90).data);
    }
  }
  return 'pictures';
}

const pictures = [writePictures(), '--iteration', '12', '--batchSize', '8', '--slices', '2', '--checkpointEvery', '4'];

/** What a user trains, and what they predict for. */
const ways = {
  'a network written down': { train: [job], inputs: [table] },
  'a table alone': { train: [table, '--target', 'y', ...small], inputs: [table] },
  'a 1-d network of signals': { train: [lines], inputs: ['signals.npz'] },
  'a folder of pictures': {
    train: [...pictures, '--printEvery', '1', '--draws', '3'],
    inputs: ['pictures/class-10/0.jpg', 'pictures/class-21/5.jpg'],
  },
  'a layer and a likelihood of one’s own': {
    train: [mine, '--data', table, '--target', 'y', ...small],
    inputs: [table],
  },
};

describe.each(Object.entries(ways))('%s', (name, { train, inputs }) => {
  const run = name.replaceAll(/\W/g, '-');

  it('is trained to the same bits on one and two threads, evaluated and predicted with', async () => {
    const one = await credence('train', ...train, '--ranks', '1', '--out', `${run}-1`, '--json');
    const two = await credence('train', ...train, '--ranks', '2', '--out', `${run}-2`, '--json');
    expect(sha256Of(two)).toBe(sha256Of(one));
    expect(figuresOf(`${run}-2`)).toEqual(figuresOf(`${run}-1`));

    const evaluated = await credence('evaluate', `${run}-2`, '--json');
    const { samplesPerSecond: _, run: __, ...figures } = JSON.parse(one.stdout) as Record<string, unknown>;
    expect(JSON.parse(evaluated.stdout)).toMatchObject(figures);

    for (const ranks of ['1', '2']) {
      const out = ['--out', `${run}-${ranks}.csv`, '--ranks', ranks, '--draws', '4'];
      expect(await credence('predict', `${run}-${ranks}`, ...inputs, ...out)).toMatchObject({ code: 0, stderr: '' });
    }
    const predicted = readFileSync(at(`${run}-1.csv`), 'utf8');
    expect(readFileSync(at(`${run}-2.csv`), 'utf8')).toBe(predicted);
    expect(predicted.trimEnd().split('\n').length).toBeGreaterThan(inputs.length);
  });

  it('killed, goes on to the end of the run that was not', async () => {
    const child = start('train', ...train, '--ranks', '2', '--out', `${run}-killed`);
    const end = endOf(child);
    await linesIn(`${run}-killed/metrics.jsonl`, 5, child).then(() => child.kill('SIGKILL'));
    expect((await end).signal).toBe('SIGKILL');
    const resumed = await credence('train', '--resume', `${run}-killed`, '--ranks', '1', '--json');
    const unharmed = await credence('evaluate', `${run}-1`, '--json');
    expect(sha256Of(resumed)).toBe(sha256Of(unharmed));
    expect(figuresOf(`${run}-killed`)).toEqual(figuresOf(`${run}-1`));
  });
});

describe('patience', () => {
  const words = [
    'train',
    table,
    '--target',
    'y',
    '--data.validation',
    '0.3',
    '--model',
    'eager.mjs',
    '--batchSize',
    '32',
  ];
  const eager = `import { dense, flatten, normal, sequential } from 'credence';
export default { network: sequential(flatten(), dense({ units: 64, activation: 'tanh' }), dense({ units: 1 })), likelihood: normal() };`;
  const often = [
    '--slices',
    '2',
    '--iteration',
    '3000',
    '--learningRate',
    '0.03',
    '--evaluateEvery',
    '10',
    '--patience',
    '4',
  ];

  it('ends the training with the parameters of the best evaluation, on one and two ranks, and after a kill', async () => {
    write('eager.mjs', eager);
    const settings = [...words, ...often, '--checkpointEvery', '15', '--printEvery', '1'];
    const one = await credence(...settings, '--ranks', '1', '--out', 'patient-1', '--json');
    const two = await credence(...settings, '--ranks', '2', '--out', 'patient-2', '--json');
    expect(sha256Of(two)).toBe(sha256Of(one));
    const onTheWay = readFileSync(at('patient-1/evaluations.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; nll: number; data: string })
      .filter(({ data }) => data.endsWith('validation part'));
    const best = onTheWay.toSorted((a, b) => a.nll - b.nll)[0]!;
    const { step } = JSON.parse(one.stdout) as { step: number };
    expect(step).toBeLessThan(3000);
    expect(step).toBe(best.step + 40);
    const child = start(...settings, '--ranks', '2', '--out', 'patient-killed');
    const end = endOf(child);
    await linesIn('patient-killed/metrics.jsonl', best.step + 12, child).then(() => child.kill('SIGKILL'));
    expect((await end).signal).toBe('SIGKILL');
    const resumed = await credence('train', '--resume', 'patient-killed', '--ranks', '1', '--json');
    expect(sha256Of(resumed)).toBe(sha256Of(one));
    expect(sha256Of(await credence('train', '--resume', 'patient-1', '--json'))).toBe(sha256Of(one));
  });
});

describe('a validation part of images that are known by name', () => {
  it('is a share of the training set, and what training waits for', async () => {
    writeDigits('digits');
    const settings = [
      'train',
      'CNN_FC',
      '--data.name',
      'mnist',
      '--data',
      'digits',
      '--data.validation',
      '0.2',
      '--batchSize',
      '32',
    ];
    const words = [...settings, '--iteration', '400', '--evaluateEvery', '10', '--patience', '2', '--json'];
    const one = await credence(...words, '--ranks', '1', '--out', 'held-1');
    const two = await credence(...words, '--ranks', '2', '--out', 'held-2');
    expect(sha256Of(two)).toBe(sha256Of(one));
    const [first, ...others] = readFileSync(at('held-1/evaluations.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { of: string; images: number });
    expect(first).toMatchObject({ of: 'validation', images: 40 });
    expect(others.at(-1)).toMatchObject({ of: 'test', images: 50 });
    const start = JSON.parse(readFileSync(at('held-1/starts.jsonl'), 'utf8')) as { examples: number };
    expect(start.examples).toBe(160);
    expect(await refusal(...settings.slice(0, 6), '--data.validation', '1,2', '--out', 'no')).toContain(
      'data.validation of mnist: got 1,2, expected a share, such as 0.1',
    );
  });
});

describe('what does not fit', () => {
  const withModule = async (name: string, text: string) => {
    write(name, text);
    return refusal('train', name, '--data', table, '--target', 'y', '--iteration', '2', '--out', 'refused');
  };

  it('is told before anything begins: a module', async () => {
    expect(await withModule('throws.mjs', '\nthrow new Error("not today");')).toMatchInlineSnapshot(`
      "credence: the module /throws.mjs fails in line 2: got not today
      "
    `);
    expect(
      await withModule('misspelt.mjs', "import { denseFlipuot } from 'credence';\nexport default denseFlipuot;"),
    ).toMatchInlineSnapshot(`
      "credence: the module /misspelt.mjs fails in line 1: got The requested module 'credence' does not provide an export named 'denseFlipuot'
      "
    `);
    const widths = `import { dense, flatten, normal, sequential } from 'credence';
      export default { network: sequential(flatten(), dense({ units: 3 })), likelihood: normal() };`;
    expect(await withModule('widths.mjs', widths)).toMatchInlineSnapshot(`
      "credence: the network does not fit its normal likelihood: got outputs of 1x3, expected 1x1: 1 per example. Change the last layer, or the likelihood
      "
    `);
    const two = widths.replace('units: 3', 'units: 2').replace('normal()', 'normal({ targets: 2 })');
    expect(await withModule('two.mjs', two)).toMatchInlineSnapshot(`
      "credence: two: its normal likelihood does not fit the targets: got 1 target: y, expected 2 targets. Give the model another likelihood, or name other targets with --target; --data.task says what they are
      "
    `);
    expect(await refusal('train', 'no-such.mjs', '--data', table, '--target', 'y')).toMatchInlineSnapshot(`
      "credence: module no-such.mjs does not exist. Check the path
      "
    `);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('or a network that is written down', async () => {
    const described = async (model: string, target = 'y') => {
      write('wrong.yaml', `model: ${model}\ndata: {path: table.csv, target: ${target}}\niteration: 2\n`);
      return refusal('train', 'wrong.yaml', '--out', 'refused');
    };
    const last = '{dense: {units: 1}}';
    expect(await described(`{layers: [flatten, {densFlipout: {units: 1}}]}`)).toContain('Did you mean denseFlipout?');
    expect(await described('{layers: [flatten, {dense: {unit: 1}}]}')).toMatchInlineSnapshot(`
      "credence: model.layers[1].dense.unit: unknown: expected one of units, activation, bias. Did you mean units?
      "
    `);
    expect(await described('{layers: [flatten, dense]}')).toMatchInlineSnapshot(`
      "credence: model.layers[1].dense.units is missing: expected model.layers[1].dense with units
      "
    `);
    expect(await described(`{layers: [flatten, ${last}], likelihood: {norml: {}}}`)).toMatchInlineSnapshot(`
      "credence: model.likelihood.norml: unknown: expected one of categorical, bernoulli, normal, studentT, poisson. Did you mean normal?
      "
    `);
    expect(await described(`{layers: [flatten, ${last}], likelihood: bernoulli}`, 'colour')).toMatchInlineSnapshot(`
      "credence: model.likelihood.bernoulli: got 3 classes, expected 2. Use categorical
      "
    `);
    expect(await described(`{layers: [flatten, ${last}], likelihood: normal}`, 'colour')).toMatchInlineSnapshot(`
      "credence: /table.csv has texts in column colour, which cannot be reals: got "red" in line 2, expected numbers. Choose task: classes, take another target, or correct the rows
      "
    `);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('or patience with nothing to wait for', async () => {
    expect(await refusal('train', job, '--patience', '3', '--out', 'refused')).toMatchInlineSnapshot(`
      "credence: patience 3 without a validation part: expected --data.validation, such as 0.1. Or leave --patience away
      "
    `);
  });

  it('or a run that would go on with another module, or other data', async () => {
    write('changing.mjs', readFileSync(at(mine), 'utf8'));
    write('changing.csv', readFileSync(at(table), 'utf8'));
    const words = ['changing.mjs', '--data', 'changing.csv', '--target', 'y', ...small, '--out', 'changing', '--json'];
    const trained = sha256Of(await credence('train', ...words));
    write('changing.mjs', `${readFileSync(at(mine), 'utf8')}// and more\n`);
    expect(
      (await credence('train', '--resume', 'changing')).stderr.replaceAll(/[0-9a-f]{64}/g, 'HASH'),
    ).toMatchInlineSnapshot(`
      "credence: the module of the model is not that with which the run began: got sha256 HASH, expected sha256 HASH. Bring back the module as it was, or start a new run
      "
    `);
    write('changing.mjs', readFileSync(at(mine), 'utf8'));
    write('changing.csv', `${readFileSync(at(table), 'utf8')}1,1,red,1\n`);
    const refused = await credence('train', '--resume', 'changing');
    expect(refused.stderr.replaceAll(/[0-9a-f]{64}/g, 'HASH').replaceAll(folder, '')).toMatchInlineSnapshot(`
      "credence: the data are not those with which the run began: got /changing.csv, sha256 HASH, expected sha256 HASH. Give the path of the same file with --data, or start a new run
      "
    `);
    write('changing.csv', readFileSync(at(table), 'utf8'));
    expect(sha256Of(await credence('train', '--resume', 'changing', '--json'))).toBe(trained);
  });
});

describe.each(mpis)('launched with $name', (mpi) => {
  const reason = isInstalled(mpi) ? '' : `needs ${mpi.package}`;
  const isLinux = process.platform === 'linux';

  /** Two ranks, each in a folder of its own: `/proc/self/cwd` is the same path to other files. */
  function launch(first: string, second: string, ...words: string[]): Promise<Ended> {
    const [launcher, ...flags] = mpi.command;
    const rank = (place: string) => ['-n', '1', '-wdir', at(place), process.execPath, built, 'train', ...words];
    const child = spawn(launcher!, [...flags, ...rank(first), ':', ...rank(second)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' },
    });
    return endOf(child);
  }

  const own = ['/proc/self/cwd/mine.mjs', '--data', '/proc/self/cwd/table.csv', '--target', 'y', ...small];

  it.skipIf(reason !== '' || !isLinux)(`trains a module of one's own to the bits of one rank ${reason}`, async () => {
    for (const place of ['first', 'second']) {
      mkdirSync(at(place), { recursive: true });
      for (const name of [mine, table]) write(`${place}/${name}`, readFileSync(at(name)));
    }
    const out = `launched-${mpi.package}`;
    const { code, stdout } = await launch('first', 'second', ...own, '--out', at(out), '--json');
    expect(code).toBe(0);
    const alone = await credence(
      'train',
      mine,
      '--data',
      table,
      '--target',
      'y',
      ...small,
      '--ranks',
      '1',
      '--out',
      `${out}-1`,
      '--json',
    );
    expect((JSON.parse(stdout) as { parametersSha256: string }).parametersSha256).toBe(sha256Of(alone));
  });

  it.skipIf(reason !== '' || !isLinux)(`refuses ranks with other modules, data and networks ${reason}`, async () => {
    for (const place of ['here', 'there']) mkdirSync(at(place), { recursive: true });
    for (const name of [mine, table])
      for (const place of ['here', 'there']) write(`${place}/${name}`, readFileSync(at(name)));
    write('there/mine.mjs', `${readFileSync(at(mine), 'utf8')}//\n`);
    const module = await launch('here', 'there', ...own, '--out', at(`other-module-${mpi.package}`));
    expect(module.code).not.toBe(0);
    expect(module.stderr).toMatch(
      /not asked for the same run: got sha256 of \/proc\/self\/cwd\/mine.mjs "[0-9a-f]{64}" where/,
    );

    write('there/mine.mjs', readFileSync(at(mine)));
    write('there/table.csv', `${readFileSync(at(table), 'utf8')}1,1,red,1\n`);
    const data = await launch('here', 'there', ...own, '--out', at(`other-data-${mpi.package}`));
    expect(data.code).not.toBe(0);
    expect(data.stderr).toMatch(/the ranks do not see the same data: got \/proc\/self\/cwd\/table.csv with sha256/);

    // a difference far behind the beginning of a long description
    const layers = (units: number) =>
      [...Array<string>(200).fill('{dense: {units: 4}}'), `{dense: {units: ${units}}}`].join();
    for (const [place, units] of [
      ['here', 4],
      ['there', 5],
    ] as const) {
      write(
        `${place}/deep.yaml`,
        `model: {layers: [flatten, ${layers(units)}, {dense: {units: 1}}]}\ndata: {path: ${at(table)}, target: y}\n`,
      );
    }
    const network = await launch('here', 'there', 'deep.yaml', '--out', at(`other-network-${mpi.package}`));
    expect(network.code).not.toBe(0);
    expect(network.stderr).toContain('got model.layers[201].dense.units 5 where rank 0 has 4');
  });
});
