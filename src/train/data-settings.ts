import { type Setting, boolean, integer, number, oneOf, text, value } from './setting.ts';

/** The name of data of one's own: a file or folder, `data.path`. */
export const ownDataName = 'own';

/** The name of gravitational waves that are made as a run asks for them. */
export const gravitationName = 'gw';

/** Settings of the data: which, and what is done to them before a network sees them. */
export const dataSettings = {
  // Sets are known to a room above this one: the name is checked where it is resolved.
  name: text('mnist', 'NAME', 'a data set (credence data lists them), or own: what the path holds', {
    expected: 'the name of a data set',
  }),
  path: text(null, 'PATH', 'its file or folder; null: its own source, fetched once and cached', {
    expected: 'a path',
  }),
  labels: oneOf('fine', ['fine', 'coarse'], 'KIND', 'cifar100: fine (100 classes) or coarse (20)'),
  subtractPixelMean: boolean(false, 'BOOLEAN', 'subtract the mean training image from every image'),
  flips: boolean(false, 'BOOLEAN', 'mirror half of the training images'),
  crops: integer(0, 'PIXELS', 'move training images by up to so many pixels each way', 0, 1000),
  target: target('own data: the column or array to predict, or several columns; null: the usual one'),
  inputs: names('own data: the columns or arrays to predict from; null: all others'),
  weights: text(null, 'NAME', 'own data: the column or array that says how much each row counts; null: each once', {
    expected: 'the name of a column or an array',
  }),
  test: part(0.1, 'own data, test part: a share of the examples, a path, or a list of rows'),
  validation: part(0, 'validation part: a share of the examples; own data: also a path, or a list of rows'),
  standardize: boolean(true, 'BOOLEAN', 'own data: give columns of numbers mean 0 and standard deviation 1'),
  missing: oneOf('error', ['error', 'drop', 'mean'], 'RULE', 'own data, what becomes of missing values:'),
  stream: stream('own data: read inputs from HDF5 or .npy files as batches ask for them; auto: where they are large'),
  task: oneOf('auto', ['auto', 'classes', 'reals', 'counts'], 'KIND', 'own data, what the target is:'),
  signals: integer(20_000, 'COUNT', 'gw: how many binaries are drawn to train on', 1, 56_000),
  peakSnr: range([1, 3], 'gw: least and most of the largest sample over the noise, drawn anew at each visit'),
  curriculum: number(0, 'SHARE', 'gw: share of the run over which signals fall to peakSnr', 0, 1),
  louder: number(10, 'FACTOR', 'gw: how many times louder than peakSnr they are at first, with a curriculum', 1, 1000),
  strict: boolean(false, null, 'refuse all pictures where one cannot be read, instead of leaving it out'),
};

/** A name, or several from a list of them or from a text with commas between. */
function target(about: string): Setting<string | readonly string[] | null> {
  const expected = 'the name of a column or an array, or names of columns with commas between';
  return value(null, { kind: 'text', placeholder: 'NAME', about, expected }, (given) => {
    const list = listed(given);
    // one name may be all commas
    return list === undefined || list.length === 1 ? (isName(given) ? given : list) : list;
  });
}

/** A list of names, or a text with commas between them. */
function listed(given: unknown): readonly string[] | undefined {
  const list: unknown = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : given;
  return Array.isArray(list) && list.length > 0 && list.every(isName) ? list : undefined;
}

/** Names, from a list of them or from a text with commas between. */
function names(about: string): Setting<readonly string[] | null> {
  const words = {
    kind: 'text',
    placeholder: 'NAME,...',
    about,
    expected: 'names with commas between, or a list',
  } as const;
  return value(null, words, listed);
}

function isName(given: unknown): given is string {
  return typeof given === 'string' && given !== '';
}

/** Two numbers above 0, the first not above the other, from a list of them or from a text with a comma between. */
function range(usual: readonly [number, number], about: string): Setting<readonly [number, number]> {
  const words = { kind: 'text', placeholder: 'LEAST,MOST', about, expected: 'two numbers above 0 in order' } as const;
  return value<readonly [number, number], readonly [number, number]>(usual, words, (given) => {
    const list: unknown = typeof given === 'string' ? given.split(',').map(Number) : given;
    if (!Array.isArray(list) || list.length !== 2) return undefined;
    const [least, most] = list as readonly unknown[];
    const isRange = typeof least === 'number' && typeof most === 'number' && least > 0 && least <= most && most < 1e6;
    return isRange ? [least, most] : undefined;
  });
}

/** Whether, or what is decided by what is there. */
function stream(about: string): Setting<'auto' | boolean> {
  const words = { kind: 'boolean', placeholder: 'BOOLEAN', about, expected: 'true, false or auto' } as const;
  return value('auto', words, (given) => (given === 'auto' || typeof given === 'boolean' ? given : undefined));
}

/** Examples that are kept from training: a share of them, the path of a file, or their rows, from 0. */
function part(usual: number, about: string): Setting<number | string | readonly number[]> {
  const expected = 'a share from 0 to below 1, a path, or rows with commas between';
  return value(usual, { kind: 'number', placeholder: 'PART', about, expected }, (given) => {
    if (typeof given === 'number') return given >= 0 && given < 1 ? given : undefined;
    if (typeof given === 'string' && !/^\d+(,\d+)+$/.test(given)) return given === '' ? undefined : given;
    const rows: unknown = typeof given === 'string' ? given.split(',').map(Number) : given;
    return Array.isArray(rows) && rows.length > 0 && rows.every(isRow) ? rows : undefined;
  });
}

function isRow(given: unknown): given is number {
  return Number.isSafeInteger(given) && Number(given) >= 0;
}
