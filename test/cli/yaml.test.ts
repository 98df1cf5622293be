import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml, renderConfiguration, resolveConfiguration } from '../../src/cli/configuration/index.ts';
import { UsageError } from '../../src/errors/index.ts';
import { datasetNames } from '../../src/datasets/index.ts';
import { modelNames } from '../../src/models/index.ts';
import { defaults } from '../../src/train/index.ts';
import { file, refusalOf, requestOf, scratch } from './request.ts';

describe('config.yaml', () => {
  it('lies over the defaults, below the flags', async () => {
    const path = file('over.yaml', 'model: CNN_FC\nseed: 3\nkl: {schedule: linear}\nlearningRate: 1e-3\n');
    const { configuration, folder } = await requestOf(path, '--seed', '4');
    expect(configuration).toEqual({
      ...defaults,
      model: 'CNN_FC',
      seed: 4,
      kl: { ...defaults.kl, schedule: 'linear' },
    });
    expect(folder).toEqual({ kind: 'unique', parent: 'runs', name: 'CNN_FC' });
  });

  it('with steps gives way to --epochs', async () => {
    const path = file('steps.yaml', 'iteration: 100\n');
    expect((await requestOf(path)).configuration.iteration).toBe(100);
    expect((await requestOf(path, '--epochs', '2')).configuration).toMatchObject({ epochs: 2, iteration: null });
  });

  it('takes lists where a flag has commas', async () => {
    const text = 'data: {name: own, path: /d.csv, inputs: [a, b c], test: [4, 2]}\nprior: {kind: scaleMixture}\n';
    const { configuration } = await requestOf(file('lists.yaml', text));
    expect(configuration.data).toMatchObject({ inputs: ['a', 'b c'], test: [4, 2] });
    expect(configuration.prior).toEqual({ ...defaults.prior, kind: 'scaleMixture' });
    const again = resolveConfiguration([await parseYaml(renderConfiguration(configuration), 'config.yaml')]);
    expect(again).toEqual(configuration);
  });

  it('of an earlier version, without the settings that came later, is the same configuration', async () => {
    const later =
      /^ {2}(target|inputs|test|validation|standardize|missing|task):.*\n|^prior:\n( .*\n)+|^(patience|stopAt).*\n/gm;
    const earlier = renderConfiguration(defaults).replaceAll(later, '');
    expect(Object.keys((await parseYaml(earlier, 'earlier.yaml')).values as object)).toHaveLength(30);
    expect((await requestOf(file('earlier.yaml', earlier))).configuration).toEqual(defaults);
  });

  it('may be empty', async () => {
    expect((await requestOf(file('empty.yaml', '# nothing yet\n'))).configuration).toEqual(defaults);
  });

  it('that makes no sense is refused in one line, with its place', async () => {
    const laughs = 'bcdefghij'.replace(/./g, (name, i) => `${name}: &${name} [${`*${'abcdefghij'[i]},`.repeat(9)}]\n`);
    const refusals = await Promise.all(
      [
        'model: CNN_FC\nlearningrate: 1\n',
        'kl:\n  shedule: linear\n',
        'qqqq: 1\n',
        '__proto__: {seed: 1}\n',
        '\nseed: "3"\n',
        'learningRate: .nan\n',
        'epochs: .inf\n',
        'kl: 5\n',
        'data: [mnist]\n',
        'seed:\n  is: 3\n',
        'seed:\n',
        'seed: "\\a"\n',
        'verbose: yes\n',
        'model: BNN_FC_flap\n',
        'seed: 1\nseed: 2\n',
        'kl:\n\tbeta: 1\n',
        'kl: {beta: 1\n',
        '- 1\n- 2\n',
        'hello\n',
        'seed: 1\n---\nseed: 2\n',
        'seed: !fish 3\n',
        'seed: *a\n',
        `a: &a [x,x]\n${laughs}`,
      ].map((text, i) => refusalOf(file(`wrong${i}.yaml`, text))),
    );
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: DIR/wrong0.yaml, line 2: learningrate: unknown key. Did you mean learningRate?
      UsageError: DIR/wrong1.yaml, line 2: kl.shedule: unknown key. Did you mean schedule?
      UsageError: DIR/wrong2.yaml, line 1: qqqq: unknown key: expected one of model, data, seed, iteration, epochs, batchSize, replicas, slices, learningRate, learningRateScaling, warmupSteps, learningRateDecay, clipNorm, initialScale, prior, kl, draws, evaluateEvery, patience, stopAt, engine, precision, reduce, gradientCompression, driftCheckEvery, ranks, deadline, checkpointEvery, keepCheckpoints, printEvery, histogramEvery, savePosterior, verbose
      UsageError: DIR/wrong3.yaml, line 1: __proto__: unknown key: expected one of model, data, seed, iteration, epochs, batchSize, replicas, slices, learningRate, learningRateScaling, warmupSteps, learningRateDecay, clipNorm, initialScale, prior, kl, draws, evaluateEvery, patience, stopAt, engine, precision, reduce, gradientCompression, driftCheckEvery, ranks, deadline, checkpointEvery, keepCheckpoints, printEvery, histogramEvery, savePosterior, verbose
      UsageError: DIR/wrong4.yaml, line 2: seed: got "3", expected an integer from 0 to 9007199254740991. The default is 0
      UsageError: DIR/wrong5.yaml, line 1: learningRate: got NaN, expected a number above 0, at most 100. The default is 0.001
      UsageError: DIR/wrong6.yaml, line 1: epochs: got Infinity, expected a number above 0, at most 1000000. The default is 10
      UsageError: DIR/wrong7.yaml, line 1: kl: got 5, expected a mapping with the keys schedule, beta, per, steps, rise
      UsageError: DIR/wrong8.yaml, line 1: data: got a list, expected a mapping with the keys name, path, labels, subtractPixelMean, flips, crops, target, inputs, weights, test, validation, standardize, missing, stream, task, signals, peakSnr, curriculum, louder, strict
      UsageError: DIR/wrong9.yaml, line 2: seed: got a mapping, expected an integer from 0 to 9007199254740991. The default is 0
      UsageError: DIR/wrong10.yaml, line 1: seed: got null, expected an integer from 0 to 9007199254740991. The default is 0
      UsageError: DIR/wrong11.yaml, line 1: seed: got "\\u0007", expected an integer from 0 to 9007199254740991. The default is 0
      UsageError: DIR/wrong12.yaml, line 1: verbose: got "yes", expected true or false. The default is false
      UsageError: DIR/wrong13.yaml, line 1: model: got "BNN_FC_flap", expected one of BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full. Did you mean BNN_FC_flip?
      UsageError: DIR/wrong14.yaml, line 2, column 1: Map keys must be unique. Correct the file
      UsageError: DIR/wrong15.yaml, line 2, column 1: Tabs are not allowed as indentation. Correct the file
      UsageError: DIR/wrong16.yaml, line 2, column 1: Flow map in block collection must be sufficiently indented and end with a }. Correct the file
      UsageError: cannot read DIR/wrong17.yaml: got a list, expected a mapping, such as "model: BNN_FC_flip"
      UsageError: cannot read DIR/wrong18.yaml: got hello, expected a mapping, such as "model: BNN_FC_flip"
      UsageError: DIR/wrong19.yaml, line 2, column 1: a second document begins, where one was expected. Correct the file
      UsageError: DIR/wrong20.yaml, line 1, column 7: Unresolved tag: !fish. Correct the file
      UsageError: cannot read DIR/wrong21.yaml: got Unresolved alias (the anchor must be set before the alias): a. Correct the file
      UsageError: cannot read DIR/wrong22.yaml: got Excessive alias count indicates a resource exhaustion attack. Correct the file"
    `);
  });

  it('that is no small text file is refused', async () => {
    mkdirSync(join(scratch, 'folder.yaml'), { recursive: true });
    const paths = [
      file('large.yaml', `# ${'x'.repeat(1 << 20)}`),
      join(scratch, 'folder.yaml'),
      join(scratch, 'no.yaml'),
    ];
    const refusals = await Promise.all(paths.map((path) => refusalOf(path)));
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "UsageError: DIR/large.yaml is too large for a configuration file: got 1048578 bytes, expected at most 1048576
      UsageError: DIR/folder.yaml is no configuration file: expected a file
      UsageError: configuration file DIR/no.yaml does not exist. Check the path"
    `);
  });

  it('is read without a crash, whatever it holds', async () => {
    const text = renderConfiguration(defaults);
    const pieces = [
      '\t',
      '\n',
      ': ',
      '- ',
      '{',
      '[',
      ']',
      '&a ',
      '*a',
      '!!map ',
      '? ',
      '|',
      '>',
      '"',
      "'",
      '%',
      '.nan',
      '1e999',
    ];
    const mutated = fc
      .array(fc.tuple(fc.nat(text.length), fc.nat(9), fc.oneof(fc.constantFrom(...pieces), fc.string())), {
        maxLength: 6,
      })
      .map((edits) => edits.reduce((now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut), text));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.string(), fc.json()), async (candidate) => {
        const error = await parseYaml(candidate, 'fuzz.yaml')
          .then((layer) => void resolveConfiguration([layer]))
          .catch((thrown: unknown) => thrown);
        if (error === undefined) return;
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it('nested without end is refused', async () => {
    expect(await refusalOf(file('deep.yaml', `seed: ${'['.repeat(100_000)}`))).toMatch(/^UsageError: (?!.*\n)/);
  });
});

describe('the config.yaml of a run folder', () => {
  it('is complete and says what each setting means', () => {
    expect(renderConfiguration(defaults)).toMatchInlineSnapshot(`
      "# Everything that decides what this run computes: credence train config.yaml does it again.
      model: BNN_conv_flip               # the network: a name, or the path of a module; in a file also its layers and its likelihood
      data:
        name: mnist                      # a data set (credence data lists them), or own: what the path holds
        path: null                       # its file or folder; null: its own source, fetched once and cached
        labels: fine                     # cifar100: fine (100 classes) or coarse (20)
        subtractPixelMean: false         # subtract the mean training image from every image
        flips: false                     # mirror half of the training images
        crops: 0                         # move training images by up to so many pixels each way
        target: null                     # own data: the column or array to predict, or several columns; null: the usual one
        inputs: null                     # own data: the columns or arrays to predict from; null: all others
        weights: null                    # own data: the column or array that says how much each row counts; null: each once
        test: 0.1                        # own data, test part: a share of the examples, a path, or a list of rows
        validation: 0                    # validation part: a share of the examples; own data: also a path, or a list of rows
        standardize: true                # own data: give columns of numbers mean 0 and standard deviation 1
        missing: error                   # own data, what becomes of missing values: error, drop or mean
        stream: auto                     # own data: read inputs from HDF5 or .npy files as batches ask for them; auto: where they are large
        task: auto                       # own data, what the target is: auto, classes, reals or counts
        signals: 20000                   # gw: how many binaries are drawn to train on
        peakSnr: [1,3]                   # gw: least and most of the largest sample over the noise, drawn anew at each visit
        curriculum: 0                    # gw: share of the run over which signals fall to peakSnr
        louder: 10                       # gw: how many times louder than peakSnr they are at first, with a curriculum
        strict: false                    # refuse all pictures where one cannot be read, instead of leaving it out
      seed: 0                            # keys all noise and the order of the data
      iteration: null                    # number of steps; null: as many as epochs asks for
      epochs: 10                         # passes over the training set, where iteration is null
      batchSize: 64                      # examples per replica and step
      replicas: 1                        # logical replicas, each with a batch and a weight draw of its own
      slices: null                       # parts into which a batch is cut; null: a function of the batch size
      learningRate: 0.001                # of Adam, for one replica
      learningRateScaling: linear        # growth of the rate with the replicas: linear, sqrt or none
      warmupSteps: 0                     # steps over which the rate rises linearly from 0
      learningRateDecay: none            # how the rate falls to 0 over the run: none, linear or cosine
      clipNorm: null                     # scale the gradient of a step to this norm where it is larger; null: never
      initialScale: -3                   # the posterior starts with a standard deviation of about softplus of this
      prior:
        kind: normal                     # prior of the weights: normal or scaleMixture
        scale: 1                         # standard deviation of the prior
        fanIn: false                     # divide the scale of the prior by the square root of the fan-in
        narrowScale: 0.05                # scaleMixture: standard deviation of its second part
        share: 0.5                       # scaleMixture: share of its first part, below 1
      kl:
        schedule: constant               # weight of KL / N over the run: constant, linear or cyclical
        beta: 1                          # the final weight, in (0, 1]
        per: dataset                     # N: examples of the data set, or of a batch
        steps: 0                         # linear: steps of the rise; cyclical: of a cycle; 0: the whole run
        rise: 0.5                        # cyclical: share of a cycle spent rising, in (0, 1]
      draws: 30                          # Monte Carlo draws of an evaluation
      evaluateEvery: 0                   # steps between evaluations on the test set; 0: only at the end
      patience: null                     # evaluations without a better NLL on the validation part, then training stops; null: never
      stopAt: null                       # mean relative errors of the targets on the validation part at which training ends; null: never
      engine: auto                       # kernels: auto (onednn, else wasm), wasm, onednn or reference
      precision: f32                     # of what convolutions and products multiply: f32 or bf16
      reduce: exact                      # sum of gradients: exact (the same bits on any number of ranks) or fast
      gradientCompression: none          # of what travels between ranks: none, or bf16 (half the bytes; with reduce fast only)
      driftCheckEvery: 100               # steps between comparisons of the parameters over ranks; 0: only with checkpoints
      ranks: null                        # threads that share the work; null: one per core, as far as there are slices
      deadline: 30                       # how long a rank waits for another without progress
      checkpointEvery: 1000              # steps between checkpoints; 0: only at the end
      keepCheckpoints: 3                 # how many of the last checkpoints are kept, beside the best
      printEvery: 10                     # steps between lines of metrics.jsonl
      histogramEvery: 1000               # steps between histograms of the posterior; 0: after the first and the last step only
      savePosterior: none                # files of these moments in posterior/: none, weights, or figures (weights and a PNG)
      verbose: false                     # model summary, training.log with every parameter, stack traces
      "
    `);
  });

  it('gives the same configuration again', async () => {
    // `~/` is the home folder, wherever it stands
    const isNoHome = (text: string) => !/^~.*\//s.test(text);
    const configurations = fc.record({
      ...Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, fc.constant(value)])),
      model: fc.constantFrom(...modelNames),
      data: fc.record({
        ...Object.fromEntries(Object.entries(defaults.data).map(([key, value]) => [key, fc.constant(value)])),
        name: fc.constantFrom(...datasetNames),
        // with commas between names it is read as a list of them
        target: fc.option(
          fc
            .string({ minLength: 1 })
            .filter(isNoHome)
            .map((name) => name.replaceAll(',', ';')),
        ),
        inputs: fc.option(fc.array(fc.string({ minLength: 1 }).filter(isNoHome), { minLength: 1 })),
        test: fc.oneof(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.array(fc.nat(), { minLength: 1 })),
        standardize: fc.boolean(),
        labels: fc.constantFrom('fine', 'coarse'),
        subtractPixelMean: fc.boolean(),
        flips: fc.boolean(),
        crops: fc.nat(1000),
        path: fc.option(
          fc.oneof(
            fc.string({ minLength: 1, unit: 'binary' }).filter(isNoHome),
            fc.constantFrom('null', '~', '1', 'a: b', '#', "'"),
          ),
        ),
      }),
      seed: fc.maxSafeNat(),
      learningRate: fc.double({ min: 1e-300, max: 100, noNaN: true }),
      iteration: fc.option(fc.integer({ min: 1, max: 1e8 })),
      verbose: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(configurations, async (configuration) => {
        const text = renderConfiguration(configuration as unknown as typeof defaults);
        expect(resolveConfiguration([await parseYaml(text, 'config.yaml')])).toEqual(configuration);
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});
