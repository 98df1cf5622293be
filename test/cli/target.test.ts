import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaults } from '../../src/train/index.ts';
import { tableSettings } from '../../src/cli/own-data.ts';
import { file, refusalOf, requestOf, scratch } from './request.ts';

describe('credence train with data of its own', () => {
  it.each(['concrete.csv', 'concrete.tsv', 'concrete.csv.gz', 'concrete.PARQUET', 'concrete.npz', 'concrete.h5'])(
    '%s is the data, and names the run',
    async (name) => {
      const path = file(name, '1,2\n');
      const { configuration, folder } = await requestOf(path, '--target', 'strength');
      const data = { ...defaults.data, name: 'own', path, target: 'strength' };
      expect(configuration).toEqual({ ...defaults, model: 'BNN_table', ...tableSettings, data });
      expect(folder).toEqual({ kind: 'unique', parent: 'runs', name: 'concrete' });
    },
  );

  it('is a folder too', async () => {
    const path = join(scratch, 'arrays.2024');
    mkdirSync(path);
    const { configuration, folder } = await requestOf(path);
    expect(configuration.data).toMatchObject({ name: 'own', path });
    expect(folder).toMatchObject({ name: 'arrays.2024' });
  });

  it('is refused where it is not there, or where it is a run', async () => {
    const run = join(scratch, 'a-run');
    mkdirSync(run);
    file('a-run/config.yaml', 'model: CNN_FC\n');
    expect(await refusalOf('nowhere.csv')).toBe('UsageError: data nowhere.csv does not exist. Check the path');
    expect(await refusalOf(run)).toMatch(
      /^UsageError: DIR\/a-run is the folder of a run: expected .*Go on with the run: credence train --resume DIR\/a-run$/,
    );
  });
});

describe('a network for a preset', () => {
  it('is that of --model, with all else that the preset says', async () => {
    const { configuration, folder } = await requestOf('mnist', '--model', 'BNN_FC_flip');
    expect(configuration).toEqual({ ...defaults, model: 'BNN_FC_flip' });
    expect(folder).toMatchObject({ name: 'mnist' });
    const deep = (await requestOf('cifar10', '--model=CIFAR10_CNN_model')).configuration;
    expect(deep).toMatchObject({ model: 'CIFAR10_CNN_model', epochs: 5, data: { name: 'cifar10' } });
  });

  it('may be one that was made for other images', async () => {
    const { configuration } = await requestOf('cifar10', '--model', 'BNN_FC_flip');
    expect(configuration).toMatchObject({ model: 'BNN_FC_flip', data: { name: 'cifar10' } });
  });

  it('is not a second model: of two, or of one and a config.yaml, neither wins', async () => {
    expect(await refusalOf('CNN_FC', '--model', 'CNN_conv')).toBe(
      'UsageError: two models: CNN_FC and --model CNN_conv. Leave one of them away',
    );
    const path = file('model.yaml', 'model: CNN_FC\n');
    expect(await refusalOf(path, '--model', 'CNN_conv')).toMatch(/^UsageError: two models: /);
    expect((await requestOf(path, '--model', 'CNN_FC')).configuration.model).toBe('CNN_FC');
  });
});
