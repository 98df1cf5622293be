/**
 * `posterior/curves.jsonl` of a run folder: how the posterior's means and standard deviations are distributed over the
 * weights, layer by layer, as training goes on. A few kilobytes a step, where the posterior itself may be megabytes.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { RecordFile } from '../../run/index.ts';
import type { TrainingObserver } from '../../train/index.ts';
import type { DensityPoint } from '../figures/density.ts';
import { type PosteriorCurves, posteriorCurves } from '../figures/posterior.ts';

export const curvesFile = join('posterior', 'curves.jsonl');

/** A curve over evenly spaced points from `first` to `last`. */
const curve = z.object({ first: z.number(), last: z.number(), density: z.array(z.number()) });

export const curvesRecord = z.object({
  step: z.int().nonnegative(),
  layers: z.array(z.object({ layer: z.string(), weights: z.int(), mean: curve, standardDeviation: curve })),
});

type Curve = z.infer<typeof curve>;

/** What a report draws at one step. */
export interface StepCurves {
  readonly step: number;
  readonly layers: readonly PosteriorCurves[];
}

/**
 * Writes a record whenever the trainer shows its posterior.
 * @param resumedFrom the step of the checkpoint from which the run goes on; 0 for a new run
 * @throws RunFolderError, here and while the run goes on, if the file cannot be written
 */
export function posteriorCurvesObserver(folder: string, resumedFrom = 0): TrainingObserver {
  let file: RecordFile | null = null;
  const open = () => (file ??= new RecordFile(join(folder, curvesFile), resumedFrom));
  return {
    onPosterior(step, layers) {
      if (layers.length === 0) return;
      const stored = layers.map((layer) => {
        const { mean, standardDeviation } = posteriorCurves(layer);
        return {
          layer: layer.layer,
          weights: layer.mean.length,
          mean: pack(mean),
          standardDeviation: pack(standardDeviation),
        };
      });
      open().append({ step, layers: stored } satisfies z.infer<typeof curvesRecord>);
    },
    onEnd: () => file?.close(),
  };
}

export function unpackCurves({ step, layers }: z.infer<typeof curvesRecord>): StepCurves {
  return {
    step,
    layers: layers.map(({ layer, mean, standardDeviation }) => ({
      layer,
      mean: unpack(mean),
      standardDeviation: unpack(standardDeviation),
    })),
  };
}

function pack(points: readonly DensityPoint[]): Curve {
  const density = points.map((point) => Number(point.density.toPrecision(4)));
  return { first: points[0]?.x ?? 0, last: points.at(-1)?.x ?? 0, density };
}

function unpack({ first, last, density }: Curve): DensityPoint[] {
  const between = (last - first) / Math.max(1, density.length - 1);
  return density.map((value, i) => ({ x: first + i * between, density: value }));
}
