import { relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaults } from '../../src/train/index.ts';
import { readFlagFile } from '../../src/cli/original/index.ts';
import { UsageError } from '../../src/errors/index.ts';
import { file, refusalOf, requestOf, scratch } from './request.ts';

const shipped = 'test/fixtures/original/config.cfg';

describe('the original flag file', () => {
  it('means the same', async () => {
    const { configuration, folder, notes } = await requestOf(`--flagfile=${shipped}`);
    expect(configuration).toEqual({
      ...defaults,
      model: 'BNN_conv_flip',
      data: { ...defaults.data, path: '/projects/datascience/bnn_hvd/DATA/mnist.npz' },
      batchSize: 64,
      epochs: 10,
      iteration: null,
      learningRate: 0.001,
      printEvery: 10,
    });
    expect(folder).toEqual({ kind: 'unique', parent: './results/', name: 'Result_BNN_ConvFlag_BNN_conv_flip' });
    expect(notes).toEqual(['num_intra, num_inter: no effect here, a rank runs on one core with one thread']);
  });

  it('gives way to the command line, whatever comes first', async () => {
    const words = ['--batch_size', '32', '--flagfile', shipped, '--seed=7', '--model_type=cnn', '--out', 'o'];
    const { configuration, folder } = await requestOf(...words);
    expect(configuration).toMatchObject({ batchSize: 32, seed: 7, model: 'CNN_conv' });
    expect(folder).toEqual({ kind: 'new', path: 'o' });
  });

  it('gives way to a name', async () => {
    const { configuration, folder } = await requestOf('CNN_FC', '--flagfile', shipped);
    expect(configuration.model).toBe('CNN_FC');
    expect(folder).toMatchObject({ name: 'Result_CNN_ConvFlag_CNN_FC' });
  });

  it('may hold comments, blanks, quotes, switches, other files, and settings of credence', async () => {
    file('inner.cfg', '--epochs 3\r\n-seed=9\n');
    const path = file(
      'outer.cfg',
      [
        '\uFEFF# a comment',
        '// another',
        '',
        "--bnnConv= 'BNN_FC_nonflip' ",
        '--noUseEpoch',
        'iteration=50\t',
        `--flagfile=${relative('.', scratch)}/inner.cfg`,
        '--verbose',
        '--kmp_affinity=granularity=fine,verbose,compact,1,0',
        '--kl.schedule=linear',
        '--out=there',
      ].join('\n'),
    );
    const { configuration, folder, notes } = await requestOf('--flagfile', path);
    expect(configuration).toEqual({
      ...defaults,
      model: 'BNN_FC_nonflip',
      iteration: 50,
      epochs: 3,
      seed: 9,
      verbose: true,
      kl: { ...defaults.kl, schedule: 'linear' },
    });
    expect(folder).toEqual({ kind: 'new', path: 'there' });
    expect(notes).toEqual(['kmp_affinity: no effect here, a rank runs on one core with one thread']);
  });
});

describe('the original flags on the command line', () => {
  it.each([
    [['--model_type=BNN'], 'BNN_conv_flip'],
    [['--model_type=CNN'], 'CNN_conv'],
    [['--bnnConv=bnn_fc_FLIP'], 'BNN_FC_flip'],
    [['--model_type', 'CNN', '--cnnConv', 'CNN_fc', '--bnnConv=BNN_FC_flip'], 'CNN_FC'],
  ])('%j is %s', async (words, model) => {
    expect((await requestOf(...words)).configuration.model).toBe(model);
  });

  it.each([
    ['nothing else', ['--print_step=10'], null],
    ['the command line names steps', ['--flagfile', shipped, '--iteration', '200'], 200],
    ['UseEpoch is False', ['--UseEpoch=False', '--iteration=200'], 200],
    ['UseEpoch is False, and nothing says how many steps', ['--noUseEpoch'], 8000],
    ['UseEpoch is True beside iteration', ['--UseEpoch', 'True', '--iteration=200'], null],
    ['UseEpoch is False, but the command line names epochs', ['--flagfile', 'FILE', '--epochs=2'], null],
  ])('steps: %s', async (_, words, iteration) => {
    const steps = file('steps.cfg', '--UseEpoch=False\n--iteration=70\n');
    const request = await requestOf(...words.map((word) => word.replace('FILE', steps)));
    expect(request.configuration.iteration).toBe(iteration);
  });

  it('that do not count are named', async () => {
    const alone = file('alone.cfg', '--iteration=200\n');
    expect((await requestOf('--flagfile', alone)).notes.map((note) => note.replace(scratch, 'DIR'))).toEqual([
      'DIR/alone.cfg, line 1: --iteration does not count: UseEpoch is True by default, so epochs does',
    ]);
    expect((await requestOf('--cnnConv=CNN_FC')).notes).toEqual(['--cnnConv does not count: model_type is BNN']);
  });

  it('that contradict the name are refused, that agree are not', async () => {
    expect(await refusalOf('CNN_FC', '--bnnConv=BNN_FC_flip')).toMatchInlineSnapshot(
      `"UsageError: two models: CNN_FC and --bnnConv BNN_FC_flip. Leave one of them away"`,
    );
    expect((await requestOf('BNN_FC_flip', '--bnnConv=BNN_FC_flip')).configuration.model).toBe('BNN_FC_flip');
  });
});

describe('the flags of the original for CIFAR', () => {
  const usual = {
    ...defaults,
    model: 'CIFAR10_BNN_model',
    data: { ...defaults.data, name: 'cifar10', subtractPixelMean: true },
    ...{ batchSize: 128, epochs: 700, iteration: 100, learningRate: 1e-4 },
    ...{ printEvery: 10, draws: 80, evaluateEvery: 100, savePosterior: 'weights' },
  };

  it('in the file that was shipped mean the same', async () => {
    const { configuration, folder, notes } = await requestOf('--flagfile=test/fixtures/original/config_CIFAR10.cfg');
    expect(configuration).toEqual({
      ...usual,
      ...{ batchSize: 64, draws: 10, iteration: 10, evaluateEvery: 10, verbose: true },
    });
    const parent = './results/bayesian_neural_network/';
    expect([folder, notes]).toEqual([{ kind: 'unique', parent, name: 'CIFAR10_BNN_model' }, []]);
  });

  it('one by one', async () => {
    const words = [
      '--kl_regularizer=0.1',
      '--plotting',
      '--print_step=5',
      '--model_dir=there',
      '--nosubtract_pixel_mean',
    ];
    const { configuration, folder } = await requestOf(...words);
    expect(configuration).toEqual({
      ...usual,
      data: { ...usual.data, subtractPixelMean: false },
      kl: { ...usual.kl, beta: 0.1 },
      ...{ savePosterior: 'figures', printEvery: 5, histogramEvery: 5 },
    });
    expect(folder).toMatchObject({ parent: 'there' });
    expect((await requestOf('--DATA_PATH=batches', '--plotting=False')).configuration).toMatchObject({
      data: { path: expect.stringMatching(/\/batches$/) as string },
      savePosterior: 'weights',
    });
    expect((await requestOf('--DATA_NAME', 'cifar-100')).configuration).toMatchObject({
      model: 'CIFAR100_BNN_model',
      data: { name: 'cifar100', labels: 'fine', subtractPixelMean: true },
    });
  });

  it('leave a network of another data set its own settings', async () => {
    for (const words of [['BNN_FC_flip'], ['--model=BNN_FC_flip']]) {
      const { configuration } = await requestOf(...words, '--num_monte_carlo=5', '--iterations=7');
      expect(configuration).toEqual({ ...defaults, model: 'BNN_FC_flip', draws: 5, iteration: 7 });
    }
  });

  it.each([
    [['--num_monte_carlo=1'], 100],
    [['--USE_EPOCH', '--epochs=3'], null],
    [['--USE_EPOCH=False', '--epochs=3', '--iterations=7'], 7],
    [['--epochs=3', '--eval_freq=1'], null],
    [['--flagfile', 'FILE', '--eval_freq=1'], null],
    [['--flagfile', 'FILE', '--iterations=9'], 9],
  ])('steps: %j', async (words, iteration) => {
    const steps = file('cifar-steps.cfg', '--USE_EPOCH=True\n--iterations=70\n');
    const { configuration } = await requestOf(...words.map((word) => word.replace('FILE', steps)));
    expect(configuration.iteration).toBe(iteration);
  });

  it('are refused where they make no sense', async () => {
    expect(
      await Promise.all([
        refusalOf('--bnnConv=BNN_FC_flip', '--kl_regularizer=1'),
        refusalOf('--kl_regularizer=1.5'),
        refusalOf('--DATA_NAME=CIFAR-1000'),
        refusalOf('cifar10', '--DATA_NAME=CIFAR-100'),
        refusalOf('--USE_EPOCH=maybe'),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "UsageError: flags of two programs: got --bnnConv of the one for MNIST, --kl_regularizer of the one for CIFAR. Keep to those of one of them; credence train --help lists them",
        "UsageError: --kl_regularizer: got 1.5, expected a number above 0, at most 1. The default is 1",
        "UsageError: --DATA_NAME: got CIFAR-1000, expected one of CIFAR-10, CIFAR-100",
        "UsageError: two models: cifar10 and --DATA_NAME CIFAR100_BNN_model. Leave one of them away",
        "UsageError: --USE_EPOCH: got --USE_EPOCH=maybe, expected --USE_EPOCH or --USE_EPOCH=false",
      ]
    `);
  });
});

describe('a flag file that makes no sense', () => {
  it('is refused in one line, with its place', async () => {
    const refusals = await Promise.all(
      [
        '--batch_sise=3\n',
        '\n--fish=3\n',
        '--epochs=3\nten epochs\n',
        '--batch_size\n',
        '--batch_size=0\n',
        '--learning_rate=nan\n',
        '--model_type=GNN\n',
        '--bnnConv=BNN_conv_flop\n',
        '--model_type=CNN\n--cnnConv=BNN_conv_flip\n',
        '--UseEpoch=perhaps\n',
        '--flagfile=nowhere.cfg\n',
        '--flagfile=\n',
      ].map((text, i) => refusalOf('--flagfile', file(`wrong${i}.cfg`, text))),
    );
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: DIR/wrong0.cfg, line 1: --batch_sise: unknown flag. Did you mean batch_size?
      UsageError: DIR/wrong1.cfg, line 2: --fish: unknown flag. credence train --help lists the flags
      UsageError: DIR/wrong2.cfg, line 2: got ten epochs, expected --key=value. Correct the line
      UsageError: DIR/wrong3.cfg, line 1: --batch_size has no value: expected --batch_size=value
      UsageError: DIR/wrong4.cfg, line 1: --batch_size: got 0, expected an integer from 1 to 1000000. The default is 64
      UsageError: DIR/wrong5.cfg, line 1: --learning_rate: got nan, expected a number above 0, at most 100. The default is 0.001
      UsageError: DIR/wrong6.cfg, line 1: --model_type: got GNN, expected BNN or CNN
      UsageError: DIR/wrong7.cfg, line 1: --bnnConv: got BNN_conv_flop, expected one of BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip. Did you mean BNN_conv_flip?
      UsageError: DIR/wrong8.cfg, line 2: --cnnConv: got BNN_conv_flip, expected one of CNN_conv, CNN_FC
      UsageError: DIR/wrong9.cfg, line 1: --UseEpoch: got perhaps, expected True or False
      UsageError: DIR/wrong10.cfg, line 1: flag file nowhere.cfg does not exist. Check the path
      UsageError: DIR/wrong11.cfg, line 1: flag file an empty text does not exist. Check the path"
    `);
  });

  it('that includes itself is refused, however long the way round', async () => {
    const self = file('self.cfg', `--flagfile=${scratch}/self.cfg\n`);
    expect(await refusalOf('--flagfile', self)).toMatchInlineSnapshot(
      `"UsageError: flag file DIR/self.cfg includes itself: got DIR/self.cfg -> DIR/self.cfg. Remove one of those lines"`,
    );
    const one = file('one.cfg', `--flagfile=${scratch}/two.cfg\n`);
    file('two.cfg', `--flagfile=${scratch}/one.cfg\n`);
    expect(await refusalOf('--flagfile', one)).toMatchInlineSnapshot(
      `"UsageError: flag file DIR/one.cfg includes itself: got DIR/one.cfg -> DIR/two.cfg -> DIR/one.cfg. Remove one of those lines"`,
    );
  });

  it('that doubles at each of its levels is refused before it has grown', async () => {
    for (let level = 0; level < 40; level++) {
      file(`level${level}.cfg`, `--flagfile=${scratch}/level${level + 1}.cfg\n`.repeat(2));
    }
    file('level40.cfg', '--epochs=1\n');
    expect(await refusalOf('--flagfile', `${scratch}/level0.cfg`)).toMatchInlineSnapshot(
      `"UsageError: too many nested flag files: got more than 100, expected a few"`,
    );
  });

  it('is missing, a folder, or no text', async () => {
    const path = file('binary.cfg', Buffer.from([0xff, 0xfe, 0x00]));
    const refusals = await Promise.all(['nowhere.cfg', scratch, path].map((wrong) => refusalOf('--flagfile', wrong)));
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: flag file nowhere.cfg does not exist. Check the path
      UsageError: DIR is no flag file: expected a file
      UsageError: DIR/binary.cfg is no flag file: got bytes that are not UTF-8, expected text"
    `);
  });

  it('is read without a crash, whatever it holds', () => {
    const line = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('--', '-', ''), fc.constantFrom('epochs', 'noverbose', 'UseEpoch', 'x'), fc.string())
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const path = file('fuzz.cfg', lines.join('\n'));
        try {
          for (const { name, value } of readFlagFile(path))
            expect([typeof name, typeof value]).toEqual(['string', 'string']);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as Error).message).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
  });
});

describe('flags of the program for gravitational waves', () => {
  it('mean the same, with what that program does by itself', async () => {
    const words =
      '--num_iter 8000 --batchsize=16 --alpha_KL 0.1 --fixed_var 1e-4 --num_mc 500 --lr 1e-4 --TestIter 2000';
    const more = '--PrintStep 10 --Datasave_path out/ --Model_Name spin --hvd True --data_path waves --num_intra 128';
    const { configuration, folder, notes } = await requestOf(...words.split(' '), ...more.split(' '));
    expect(configuration).toMatchObject({
      model: { name: 'GW_BNN', likelihood: { normal: { noise: 1e-4 } } },
      ...{ iteration: 8000, batchSize: 16, draws: 500, learningRate: 1e-4, evaluateEvery: 2000, printEvery: 10 },
      ...{ kl: { per: 'batch', beta: 0.1 }, warmupSteps: 100, stopAt: null },
    });
    expect(configuration.data).toMatchObject({ name: 'gw', validation: 0 });
    expect(configuration.data.path).toMatch(/waves$/);
    expect(folder).toEqual({ kind: 'unique', parent: 'out/', name: 'spin' });
    expect(notes).toEqual([
      'KL / batch, as the original has it: --kl.per dataset is the posterior of the data',
      'hvd, num_intra: no effect here',
    ]);
  });

  it('stop by relative errors, predict the noise, and give a named network their likelihood', async () => {
    const { configuration } = await requestOf('GW_BNN_full', '--toler', '0.03', '--vary_var', 'True');
    expect(configuration.model).toEqual({ name: 'GW_BNN_full', likelihood: { normal: { noise: 'predicted' } } });
    const distance = Math.hypot(
      ...configuration.stopAt!.map((goal, i) => goal - [0.09987275, 0.03561291, 0.03175599][i]!),
    );
    expect(distance).toBeCloseTo(0.03, 10);
    expect(configuration).toMatchObject({ evaluateEvery: 100, data: { validation: 0.1 } });
    expect((await requestOf('--num_mc', '7', '--vary_var', 'False')).configuration).toMatchObject({
      ...{ draws: 7, model: { likelihood: { normal: { noise: 0.2 } } } },
    });
  });

  it('are refused with those of another program, and where they make no sense', async () => {
    expect(await refusalOf('--num_iter', '2', '--bnnConv', 'BNN_FC_flip')).toContain(
      'flags of two programs: got --num_iter of the one for gravitational waves, --bnnConv of another',
    );
    expect(await refusalOf('--fixed_var', '-1')).toContain('--fixed_var: got -1, expected a number above 0');
    expect(await refusalOf('--toler', '')).toContain('--toler: got an empty text, expected a number above 0');
    expect(await refusalOf('--vary_var', 'maybe')).toContain('expected True or False');
    expect(await refusalOf('mnist', '--num_mc', '3')).toContain(
      "--num_mc is a flag of the original's program for gravitational waves: got mnist, expected gw, GW_BNN or GW_BNN_full",
    );
    // slips of those who mean a setting
    for (const words of [
      ['mnist', '--lr', '0.1'],
      ['--batchsize', '3'],
      ['--lr', '0.1'],
    ]) {
      expect(await refusalOf(...words)).toContain('unknown flag');
    }
    const { configuration } = await requestOf('gw', '--lr', '0.1');
    expect(configuration).toMatchObject({ learningRate: 0.1, model: { name: 'GW_BNN' } });
  });
});
