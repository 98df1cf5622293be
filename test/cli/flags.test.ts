import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaults } from '../../src/train/index.ts';
import { refusalOf, requestOf } from './request.ts';

describe('train flags', () => {
  it('say nothing: the defaults', async () => {
    const { configuration, folder, notes } = await requestOf();
    expect(configuration).toEqual(defaults);
    expect(folder).toEqual({ kind: 'unique', parent: 'runs', name: 'BNN_conv_flip' });
    expect(notes).toEqual([]);
  });

  it('take a value behind a blank or an equals sign, nested ones too; the later one counts', async () => {
    const words = ['CNN_FC', '--seed=7', '--kl.schedule', 'cyclical', '--kl.beta=0.5', '--seed', '8', '--data', '/d'];
    const { configuration, folder } = await requestOf(...words, '--out', 'here', '--verbose');
    expect(configuration).toEqual({
      ...defaults,
      model: 'CNN_FC',
      seed: 8,
      kl: { ...defaults.kl, schedule: 'cyclical', beta: 0.5 },
      data: { ...defaults.data, path: '/d' },
      verbose: true,
    });
    expect(folder).toEqual({ kind: 'new', path: 'here' });
  });

  it.each([
    [['--verbose'], true],
    [['--verbose=true'], true],
    [['--verbose', 'True'], true],
    [['--verbose=false'], false],
    [['--verbose', '0'], false],
    [['--no-verbose'], false],
    [['--noverbose'], false],
    [['--verbose', '--no-verbose'], false],
    [['--verbose', 'CNN_FC'], true],
  ])('%j is %s', async (words, verbose) => {
    expect((await requestOf(...words)).configuration.verbose).toBe(verbose);
  });

  it('asks for epochs where it names epochs and no steps', async () => {
    expect((await requestOf('--epochs', '2.5')).configuration).toMatchObject({ epochs: 2.5, iteration: null });
    expect((await requestOf('--iteration', '1e3')).configuration.iteration).toBe(1000);
    expect((await requestOf('--iteration', '20', '--iteration=null')).configuration.iteration).toBeNull();
  });

  it('name data of their own: parts by share, rows or path, inputs by their names', async () => {
    const words = ['--data.name', 'own', '--data', 'a.csv', '--target=y', '--data.inputs', 'x1, x2', '--test=0.25'];
    const { data } = (await requestOf(...words, '--data.validation', '0,3,5', '--prior.fanIn=true')).configuration;
    expect(data).toEqual({
      ...defaults.data,
      ...{ name: 'own', path: resolve('a.csv'), target: 'y', inputs: ['x1', 'x2'], test: 0.25, validation: [0, 3, 5] },
    });
    const located = await requestOf(...words, '--test', 'held-out.csv', '--target', 'null', '--data.inputs=null');
    expect(located.configuration.data).toMatchObject({ test: resolve('held-out.csv'), target: null, inputs: null });
  });

  it('knows presets', async () => {
    const { configuration, folder } = await requestOf('fashion-mnist');
    expect(configuration).toMatchObject({ model: 'BNN_conv_flip', data: { name: 'fashion-mnist' } });
    expect(folder).toMatchObject({ parent: 'runs', name: 'fashion-mnist' });
  });
});

describe('a train flag that makes no sense', () => {
  it.each(['0', '-5', '2.5', 'many', '', '1e9', '0x40', 'NaN', 'Infinity'])('batchSize %j', async (value) => {
    expect(await refusalOf(`--batchSize=${value}`)).toBe(
      `UsageError: --batchSize: got ${value || 'an empty text'}, expected an integer from 1 to 1000000. The default is 64`,
    );
  });

  it.each(['NaN', 'Infinity', '0', '-0.1', '1e999', 'fast'])('learningRate %s', async (value) => {
    expect(await refusalOf('--learningRate', value)).toBe(
      `UsageError: --learningRate: got ${value}, ` + 'expected a number above 0, at most 100. The default is 0.001',
    );
  });

  it('is refused in one line that says what was expected', async () => {
    const refusals = await Promise.all(
      [
        ['--seed', '-1'],
        ['--seed', '9007199254740993'],
        ['--iteration', '0'],
        ['--epochs', '0'],
        ['--draws', '0'],
        ['--replicas', '65536'],
        ['--slices', 'two'],
        ['--ranks', '0'],
        ['--gradientCompression', 'fp16'],
        ['--kl.schedule', 'cyclic'],
        ['--kl.beta', '1.5'],
        ['--kl.rise', '0'],
        ['--data.name', 'minst'],
        ['--data', ''],
        ['--engine', 'gpu'],
        ['--precision', 'f16'],
        ['--checkpointEvery', '-1'],
        ['--keepCheckpoints', '0'],
        ['--printEvery', '0'],
        ['--test', '1'],
        ['--data.validation', '-0.1'],
        ['--test', ''],
        ['--data.inputs', 'x1,,x2'],
        ['--data.missing', 'man'],
        ['--patience', '0'],
        ['--prior.kind', 'gauss'],
        ['--prior.scale', '0'],
        ['--data.name', 'own'],
      ].map((words) => refusalOf(...words)),
    );
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: --seed: got -1, expected an integer from 0 to 9007199254740991. The default is 0
      UsageError: --seed: got 9007199254740993, expected an integer from 0 to 9007199254740991. The default is 0
      UsageError: --iteration: got 0, expected an integer from 1 to 100000000, or null. The default is null
      UsageError: --epochs: got 0, expected a number above 0, at most 1000000. The default is 10
      UsageError: --draws: got 0, expected an integer from 1 to 1000000. The default is 30
      UsageError: --replicas: got 65536, expected an integer from 1 to 65535. The default is 1
      UsageError: --slices: got two, expected an integer from 1 to 65535, or null. The default is null
      UsageError: --ranks: got 0, expected an integer from 1 to 4096, or null. The default is null
      UsageError: --gradientCompression: got fp16, expected one of none, bf16. Did you mean bf16?
      UsageError: --kl.schedule: got cyclic, expected one of constant, linear, cyclical. Did you mean cyclical?
      UsageError: --kl.beta: got 1.5, expected a number above 0, at most 1. The default is 1
      UsageError: --kl.rise: got 0, expected a number above 0, at most 1. The default is 0.5
      UsageError: --data.name: got minst, expected one of mnist, fashion-mnist, cifar10, cifar100, own, gw. Did you mean mnist?
      UsageError: --data: got an empty text, expected a path, or null. The default is null
      UsageError: --engine: got gpu, expected one of auto, wasm, onednn, reference. The default is auto
      UsageError: --precision: got f16, expected one of f32, bf16. Did you mean bf16?
      UsageError: --checkpointEvery: got -1, expected an integer from 0 to 100000000. The default is 1000
      UsageError: --keepCheckpoints: got 0, expected an integer from 1 to 1000000. The default is 3
      UsageError: --printEvery: got 0, expected an integer from 1 to 100000000. The default is 10
      UsageError: --test: got 1, expected a share from 0 to below 1, a path, or rows with commas between. The default is 0.1
      UsageError: --data.validation: got -0.1, expected a share from 0 to below 1, a path, or rows with commas between. The default is 0
      UsageError: --test: got an empty text, expected a share from 0 to below 1, a path, or rows with commas between. The default is 0.1
      UsageError: --data.inputs: got x1,,x2, expected names with commas between, or a list, or null. The default is null
      UsageError: --data.missing: got man, expected one of error, drop, mean. Did you mean mean?
      UsageError: --patience: got 0, expected an integer from 1 to 1000000, or null. The default is null
      UsageError: --prior.kind: got gauss, expected one of normal, scaleMixture. The default is normal
      UsageError: --prior.scale: got 0, expected a number above 0, at most 1000000. The default is 1
      UsageError: own data, and no file or folder of it: expected --data PATH"
    `);
  });

  it('is unknown, and the nearest is named', async () => {
    const refusals = await Promise.all(
      [
        ['--batchsize', '3'],
        ['--lerningRate=3'],
        ['--quux'],
        ['--seed'],
        ['--batchSize', '--seed', '4'],
        ['--verbose=maybe'],
        ['CNN_FC', 'CNN_conv'],
      ].map((words) => refusalOf(...words)),
    );
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: --batchsize: unknown flag. Did you mean --batchSize?
      UsageError: unknown flag --lerningRate. Did you mean --learningRate?
      UsageError: unknown flag --quux. credence train --help tells more
      UsageError: --seed has no value: expected --seed <INTEGER>. credence train --help tells more
      UsageError: --batchSize has no value: got the next flag, --seed, expected --batchSize VALUE
      UsageError: --verbose: got --verbose=maybe, expected --verbose or --verbose=false
      UsageError: too many words: got CNN_FC CNN_conv, expected credence train [NAME | config.yaml | DATA] [--key value ...]"
    `);
  });

  it('is an unknown model or file', async () => {
    const refusals = await Promise.all(
      [['BNN_conv_flop'], ['bnn_fc_flip'], ['resnet'], ['nowhere/config.yaml'], ['--model', 'CNN'], ['\u001b[2J']].map(
        (words) => refusalOf(...words),
      ),
    );
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: unknown model BNN_conv_flop: expected a model (BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full), a preset (mnist, fashion-mnist, cifar10, cifar10-annealed, cifar20, cifar100, gw), the path of a config.yaml, that of a module with your own model (.mjs), or that of your own data (.csv, .tsv, .parquet, .npz, .npy, .h5, these with .gz, or a folder). Did you mean BNN_conv_flip?
      UsageError: unknown model bnn_fc_flip: expected a model (BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full), a preset (mnist, fashion-mnist, cifar10, cifar10-annealed, cifar20, cifar100, gw), the path of a config.yaml, that of a module with your own model (.mjs), or that of your own data (.csv, .tsv, .parquet, .npz, .npy, .h5, these with .gz, or a folder). Did you mean BNN_FC_flip?
      UsageError: unknown model resnet: expected a model (BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full), a preset (mnist, fashion-mnist, cifar10, cifar10-annealed, cifar20, cifar100, gw), the path of a config.yaml, that of a module with your own model (.mjs), or that of your own data (.csv, .tsv, .parquet, .npz, .npy, .h5, these with .gz, or a folder)
      UsageError: configuration file nowhere/config.yaml does not exist. Check the path
      UsageError: --model: got CNN, expected one of BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full. The default is BNN_conv_flip
      UsageError: unknown model \\u001b[2J: expected a model (BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full), a preset (mnist, fashion-mnist, cifar10, cifar10-annealed, cifar20, cifar100, gw), the path of a config.yaml, that of a module with your own model (.mjs), or that of your own data (.csv, .tsv, .parquet, .npz, .npy, .h5, these with .gz, or a folder)"
    `);
  });
});
