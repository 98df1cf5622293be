/**
 * The posterior itself in `posterior/` of a run folder: `SavedWeight_Mean_STD_DATA_<step>.safetensors`, with the mean and
 * the standard deviation of every weight, and its figure beside it as a PNG; what *bnn_hvd* left under these names.
 */
import { join } from 'node:path';
import type { NamedTensor, PosteriorSnapshot, RunConfiguration, TrainingObserver } from '../../train/index.ts';
import { safetensorsChunks, writeRunFile } from '../../run/index.ts';
import { posteriorFigure } from '../figures/posterior.ts';
import { toPng } from '../png.ts';

/**
 * Writes the files whenever the trainer shows its posterior; a file of the same step is replaced.
 * @throws RunFolderError, as the run goes on, if a file cannot be written
 */
export function savedPosteriorObserver(folder: string, kind: RunConfiguration['savePosterior']): TrainingObserver {
  if (kind === 'none') return {};
  return {
    async onPosterior(step, layers) {
      if (layers.length === 0) return;
      const name = join('posterior', `SavedWeight_Mean_STD_DATA_${step}`);
      writeRunFile(folder, `${name}.safetensors`, safetensorsChunks(tensorsOf(layers), { step: `${step}` }));
      if (kind !== 'figures') return;
      const picture = await toPng(await posteriorFigure(layers, { title: `Weight posteriors after step ${step}` }));
      writeRunFile(folder, `${name}.png`, [picture]);
    },
  };
}

/** `<layer>/mean` and `<layer>/standardDeviation`, each of its kernel's shape. */
function tensorsOf(layers: readonly PosteriorSnapshot[]): NamedTensor[] {
  return layers.flatMap(({ layer, shape, mean, standardDeviation }) => [
    { name: `${layer}/mean`, shape, data: mean },
    { name: `${layer}/standardDeviation`, shape, data: standardDeviation },
  ]);
}
