import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { savedPosteriorObserver } from '../../src/report/index.ts';
import { readSafetensors } from '../../src/run/safetensors/index.ts';
import { bars } from '../support/digits.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

const scratch = () => mkdtempSync(join(tmpdir(), 'credence-posterior-'));

async function train(folder: string, savePosterior: 'none' | 'weights' | 'figures') {
  const configuration = smallRun({ iteration: 3, histogramEvery: 2, savePosterior });
  const observers = [savedPosteriorObserver(folder, savePosterior)];
  return trainerOf({ configuration, data: bars(40), observers }).run();
}

describe('savePosterior', () => {
  it('keeps mean and standard deviation of every weight, and their figure', async () => {
    const folder = scratch();
    const { parameters } = await train(folder, 'figures');
    expect(readdirSync(join(folder, 'posterior')).toSorted()).toEqual(
      [1, 2, 3]
        .flatMap((step) => [`${step}.png`, `${step}.safetensors`])
        .map((end) => `SavedWeight_Mean_STD_DATA_${end}`),
    );
    const saved = readSafetensors(
      readFileSync(join(folder, 'posterior', 'SavedWeight_Mean_STD_DATA_3.safetensors')),
      'file',
    );
    const [layer] = saved.tensors.map(({ name }) => name.replace(/\/mean$/, ''));
    const trained = (name: string) => parameters.find((tensor) => tensor.name === `${layer}/kernel/${name}`)!;
    const [mean, scale] = [trained('mean'), trained('untransformedScale')];
    expect(saved.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      [`${layer}/mean`, mean.shape],
      [`${layer}/standardDeviation`, mean.shape],
    ]);
    expect(saved.tensors[0]!.data).toEqual(mean.data);
    saved.tensors[1]!.data.forEach((value, i) => expect(value).toBeCloseTo(Math.log1p(Math.exp(scale.data[i]!)), 6));
    const { width, height } = decode(readFileSync(join(folder, 'posterior', 'SavedWeight_Mean_STD_DATA_2.png')));
    expect(width).toBeGreaterThan(height);
  });

  it('keeps no figure, or nothing, where none is wanted', async () => {
    const folder = scratch();
    await train(folder, 'none');
    expect(readdirSync(folder)).toEqual([]);
    await train(folder, 'weights');
    expect(readdirSync(join(folder, 'posterior')).every((name) => name.endsWith('.safetensors'))).toBe(true);
  });

  it('stops the run where it cannot be written', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'posterior'), 'a file');
    await expect(train(folder, 'weights')).rejects.toMatchObject({ code: 'RUN_FOLDER' });
  });
});
