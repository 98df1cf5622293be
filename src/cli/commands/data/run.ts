import type { DatasetName } from '../../../datasets/index.ts';
import { DataError, UsageError, suggestion } from '../../../errors/index.ts';
import type { Given } from '../../command-file.ts';
import { display } from '../../configuration/display.ts';
import type { Terminal } from '../../terminal.ts';

/** The last one is waves.ts's. */
const actions = ['list', 'where', 'fetch', 'verify', 'gw'] as const;

/** `credence data`: what is here, and how it comes here. */
export async function data(given: Given, terminal: Terminal): Promise<number> {
  const { words, json } = given;
  for (const name of Object.keys(given.options())) {
    throw new UsageError(`--${name} of credence data`, { expected: 'credence data gw, which makes what it is told' });
  }
  const { cacheFolder, datasetNames, definitionOf, loadDataset, verifyDataset } = await import(
    '../../../datasets/index.ts'
  );
  const [word = 'list', dataset] = words;
  const action = oneOf('action', word, actions);
  const { stdout } = terminal;
  const tell = (answer: object, text: string): void => {
    stdout.write(json ? `${JSON.stringify(answer)}\n` : `${text}\n`);
  };
  if (action === 'list') {
    if (dataset !== undefined) {
      throw new UsageError('credence data list takes no name', { got: display(dataset) });
    }
    const datasets = await Promise.all(datasetNames.map(describe));
    const lines = datasets.map(({ name, title, classes, source, missing }) =>
      [name.padEnd(14), title.padEnd(14), `${classes} classes`.padEnd(12), source ?? `not here: ${missing}`].join('  '),
    );
    tell({ cache: cacheFolder(), datasets }, [...lines, `cache folder: ${cacheFolder()}`].join('\n'));
    return 0;
  }
  if (dataset === undefined) {
    throw new UsageError(`credence data ${action}: no data set`, { expected: `one of ${datasetNames.join(', ')}` });
  }
  const name = oneOf('data set', dataset, datasetNames);
  if (action === 'verify') {
    const { source, train, test, isPublished, faults } = await verifyDataset(name);
    if (faults.length > 0) {
      throw new DataError(`${source} is not as ${definitionOf({ name }).title} was published`, {
        got: faults.join('; '),
        remedy: `Remove that folder, then credence data fetch ${name}`,
      });
    }
    const how = isPublished ? 'SHA-256 of every file as published' : 'read to the end; no checksums are known';
    tell({ name, source, train, test, isPublished }, `${source}: ${train} and ${test} images, ${how}`);
    return 0;
  }
  const { watchOn } = await import('../../watch.ts');
  const watch = watchOn(terminal, { json });
  try {
    const offline = action === 'where';
    const { source } = await loadDataset({ name, path: null, offline, onProgress: watch.fetching });
    watch.end();
    tell({ name, source }, source);
    return 0;
  } finally {
    watch.end();
  }
}

async function describe(name: DatasetName) {
  const { definitionOf, loadDataset } = await import('../../../datasets/index.ts');
  const { title, classes, height, width, channels } = definitionOf({ name });
  const set = { name, title, classes, shape: [height, width, channels] };
  try {
    const { source } = await loadDataset({ name, path: null, offline: true });
    return { ...set, source, missing: null };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { ...set, source: null, missing: error.remedy ?? error.message };
  }
}

function oneOf<T extends string>(what: string, word: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === word);
  if (found !== undefined) return found;
  throw new UsageError(`unknown ${what} ${display(word)}`, {
    expected: `one of ${known.join(', ')}`,
    remedy: suggestion(word, known),
  });
}
