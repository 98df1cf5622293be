import { UsageError } from '../../errors/index.ts';
import { modelNames } from '../../models/index.ts';
import { type Flag, settingsOfModel, display, settingFlags, settingOf, suggestion } from '../configuration/index.ts';
import { booleanOf } from './boolean.ts';
import { cifarDefaults, originalFlags, originalIteration, withoutEffect } from './flags.ts';
import type { Translation } from './translation.ts';
import { type Target, areOfWaves, translateWaves } from './waves.ts';

const original = new Map(originalFlags.map((flag) => [flag.name, flag]));
const knownFlags = [...original.keys(), ...settingFlags, 'out'];

/**
 * Flags of the original, and of credence between them, into settings of credence.
 * @param fileFlags of flag files: there, every name has the original's meaning
 * @param commandFlags of the command line: they win, whatever their place
 * @param target what is named behind `train`
 * @throws UsageError for an unknown flag, a boolean or a model that is none
 */
export function translateFlags(
  fileFlags: readonly Flag[],
  commandFlags: readonly Flag[],
  target: Target | null = null,
): Translation {
  const all = [...fileFlags, ...commandFlags];
  const isWaves = areOfWaves(all, target);
  for (const { name, label } of all) {
    const known = original.get(name);
    if (settingOf(name) || (known && (isWaves || !known.isWaves))) continue;
    throw new UsageError(`${label}: unknown flag`, {
      remedy: known
        ? `Did you mean --${known.setting}?`
        : (suggestion(name, knownFlags) ?? 'credence train --help lists the flags'),
    });
  }
  const isOriginal = fileFlags.length > 0 || commandFlags.some(({ name }) => original.has(name));
  if (!isOriginal)
    return { program: null, flags: withSteps(commandFlags), resultFolder: null, defaults: null, notes: [] };
  if (isWaves) return translateWaves(all);

  const given = (name: string) => all.findLast((flag) => flag.name === name);
  const isCifar = all.some(({ name }) => original.get(name)?.isCifar);
  if (isCifar) refuseBothPrograms(all);
  const steps = isCifar ? cifarStepsOf(fileFlags, commandFlags) : stepsOf(fileFlags, commandFlags);
  const model = isCifar ? cifarModelOf(given('DATA_NAME')) : modelOf(given, commandFlags);
  const settings = all.flatMap((flag) => {
    if (flag.name === 'iteration') return [];
    if (flag.name === 'plotting') return plotting(flag, given('print_step'));
    const setting = original.get(flag.name)?.setting;
    if (setting) return [{ ...flag, name: setting }];
    return original.has(flag.name) ? [] : [flag];
  });
  const ignored = [...withoutEffect].filter((name) => given(name));
  const notes = [...steps.notes, ...model.notes];
  if (ignored.length > 0) notes.push(`${ignored.join(', ')}: no effect here, a rank runs on one core with one thread`);
  return {
    program: isCifar ? 'cifar' : 'mnist',
    // In front: a --model of the command line wins over a model_type of the file.
    flags: [...model.flags, ...settings, ...steps.flags],
    resultFolder: (name) =>
      isCifar
        ? { parent: given('model_dir')?.value || './results/bayesian_neural_network/', name }
        : { parent: given('model_data')?.value || './results/', name: `Result_${typeOf(name)}_ConvFlag_${name}` },
    defaults: isCifar && isOfCifar(given('model')) ? model.defaults : null,
    notes,
  };
}

/** Whoever asks for epochs without a word of steps gets epochs, also where a file asks for steps. */
function withSteps(flags: readonly Flag[]): readonly Flag[] {
  const epochs = flags.findLast(({ name }) => name === 'epochs');
  if (!epochs || flags.some(({ name }) => name === 'iteration')) return flags;
  return [...flags, { name: 'iteration', value: 'null', label: epochs.label }];
}

/**
 * UseEpoch decides between epochs and iteration, unless the command line names one of these two and not UseEpoch: who
 * writes --iteration 200 behind a file of flags means it.
 */
function stepsOf(fileFlags: readonly Flag[], commandFlags: readonly Flag[]) {
  const find = (flags: readonly Flag[], wanted: string) => flags.findLast(({ name }) => name === wanted);
  const commandIteration = find(commandFlags, 'iteration');
  const iteration = commandIteration ?? find(fileFlags, 'iteration');
  const commandUseEpoch = find(commandFlags, 'UseEpoch');
  const useEpoch = commandUseEpoch ?? find(fileFlags, 'UseEpoch');
  const epochsCount: Flag = { name: 'iteration', value: 'null', label: useEpoch?.label ?? '--UseEpoch' };
  if (!commandUseEpoch && commandIteration) return { flags: [commandIteration], notes: [] };
  if (!commandUseEpoch && find(commandFlags, 'epochs')) return { flags: [epochsCount], notes: [] };
  if (useEpoch ? booleanOf(useEpoch) : true) {
    const note = `${iteration?.label} does not count: UseEpoch is True${useEpoch ? '' : ' by default'}, so epochs does`;
    // The original's own file holds both; only who asks for steps alone is surprised.
    return { flags: [epochsCount], notes: iteration && !useEpoch ? [note] : [] };
  }
  const usual: Flag = { name: 'iteration', value: String(originalIteration), label: '--iteration' };
  return { flags: [iteration ?? usual], notes: [] };
}

function modelOf(given: (name: string) => Flag | undefined, commandFlags: readonly Flag[]) {
  const modelType = given('model_type');
  const flags = { BNN: given('bnnConv'), CNN: given('cnnConv') };
  if (!modelType && !flags.BNN && !flags.CNN) return { flags: [], notes: [], defaults: null };
  const type = modelType?.value.toUpperCase() ?? 'BNN';
  if (type !== 'BNN' && type !== 'CNN') {
    throw new UsageError(modelType?.label ?? 'model_type', {
      got: display(modelType?.value),
      expected: 'BNN or CNN',
    });
  }
  const choice = flags[type];
  const names = modelNames.filter((name) => new RegExp(`^${type}_(conv|FC)`).test(name));
  const wanted = choice?.value ?? `${type}_conv${type === 'BNN' ? '_flip' : ''}`;
  const model = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (model === undefined) {
    throw new UsageError(choice?.label ?? 'model', {
      got: display(wanted),
      expected: `one of ${names.join(', ')}`,
      remedy: suggestion(wanted, names),
    });
  }
  const other = flags[type === 'BNN' ? 'CNN' : 'BNN'];
  const note = `${other?.label} does not count: model_type is ${type}`;
  const label = (choice ?? modelType)?.label ?? '--model';
  return {
    flags: [{ name: 'model', value: model, label }],
    notes: other && commandFlags.includes(other) ? [note] : [],
    defaults: null,
  };
}

/** Flags that only the MNIST program has. */
const mnistOnly: ReadonlySet<string> = new Set([
  'data_dir',
  'model_data',
  'UseEpoch',
  'model_type',
  'cnnConv',
  'bnnConv',
]);

function refuseBothPrograms(all: readonly Flag[]): void {
  const [ofMnist, ofCifar] = [
    all.find(({ name }) => mnistOnly.has(name)),
    all.find(({ name }) => original.get(name)?.isCifar),
  ];
  if (!ofMnist) return;
  throw new UsageError('flags of two programs', {
    got: `${ofMnist.label} of the one for MNIST, ${ofCifar?.label} of the one for CIFAR`,
    remedy: 'Keep to those of one of them; credence train --help lists them',
  });
}

/**
 * The CIFAR program counts iterations unless USE_EPOCH says otherwise. As in the other, what the command line names means
 * what it says where it does not name USE_EPOCH too.
 */
function cifarStepsOf(fileFlags: readonly Flag[], commandFlags: readonly Flag[]) {
  const find = (flags: readonly Flag[], ...names: string[]) => flags.findLast(({ name }) => names.includes(name));
  const [useEpoch, typed] = [find(commandFlags, 'USE_EPOCH'), find(commandFlags, 'iterations', 'iteration', 'epochs')];
  const inFile = find(fileFlags, 'USE_EPOCH');
  const isEpochs = useEpoch
    ? booleanOf(useEpoch)
    : typed
      ? typed.name === 'epochs'
      : inFile
        ? booleanOf(inFile)
        : false;
  const count = isEpochs ? null : find([...fileFlags, ...commandFlags], 'iterations', 'iteration');
  if (count) return { flags: [{ ...count, name: 'iteration' }], notes: [] };
  const value = isEpochs ? 'null' : String(cifarDefaults.iteration);
  return {
    flags: [{ name: 'iteration', value, label: (useEpoch ?? typed ?? inFile)?.label ?? '--iterations' }],
    notes: [],
  };
}

const cifarModels: Readonly<Record<string, string>> = {
  'CIFAR-10': 'CIFAR10_BNN_model',
  'CIFAR-100': 'CIFAR100_BNN_model',
};

function cifarModelOf(dataName: Flag | undefined) {
  const names = Object.keys(cifarModels);
  const wanted = dataName?.value ?? 'CIFAR-10';
  const model = cifarModels[wanted.toUpperCase()];
  if (model === undefined) {
    throw new UsageError(dataName!.label, { got: display(wanted), expected: `one of ${names.join(', ')}` });
  }
  const flags: Flag[] = dataName ? [{ name: 'model', value: model, label: dataName.label }] : [];
  return { flags, notes: [], defaults: { ...cifarDefaults, model, ...settingsOfModel[model] } };
}

function isOfCifar(model: Flag | undefined): boolean {
  return model === undefined || (modelNames.includes(model.value) && model.value.startsWith('CIFAR'));
}

/** The figure is that of a print step. */
function plotting(flag: Flag, printStep: Flag | undefined): Flag[] {
  if (!booleanOf(flag)) return [];
  const every = {
    name: 'histogramEvery',
    value: printStep?.value ?? String(cifarDefaults.printEvery),
    label: flag.label,
  };
  return [{ name: 'savePosterior', value: 'figures', label: flag.label }, every];
}

function typeOf(model: string): string {
  return model.includes('CNN') ? 'CNN' : 'BNN';
}
