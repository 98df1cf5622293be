/**
 * `evaluations/waves-step-N.json` of a run folder: what a report draws of gravitational waves beside what it draws of all
 * predicted numbers. Of several evaluations after the same step it holds the last.
 */
import { z } from 'zod';
import { readPicture, recordPicture } from './picture-file.ts';

const ofTarget = z.array(z.number());

const waves = z.object({
  step: z.int().nonnegative(),
  /** as in the line of evaluations.jsonl */
  at: z.string(),
  names: z.array(z.string()),
  /** mean relative errors of the best guess that looks at no signal, of each target */
  guess: ofTarget,
  /** equal parts of the test set, from faint to loud; null: how loud its signals are is not known */
  loudness: z
    .array(
      z.object({
        /** largest sample over the noise's standard deviation */
        peakSnr: z.number(),
        count: z.int().positive(),
        /** of each target, as those that follow: mean of |predicted - true| / |true| */
        error: ofTarget,
        /** mean of the predicted standard deviation over |true| */
        uncertainty: ofTarget,
        /** share within the central 90 % interval */
        coverage: ofTarget,
      }),
    )
    .nullable(),
  /** intervals made as wide as the validation part says; null: there is none */
  recalibration: z
    .object({
      /** rows of the validation part */
      count: z.int().positive(),
      /** by how much 90 % intervals grow, of each target */
      factor: ofTarget,
      /** share of the test set in 90 % intervals of the standard deviation before, and after */
      before: ofTarget,
      after: ofTarget,
    })
    .nullable(),
  /** observed events, simulated in noise that was drawn again and again */
  events: z.array(
    z.object({
      name: z.string(),
      times: z.int().positive(),
      peakSnr: z.number(),
      /** of the final spin, as published: median and 90 % interval */
      published: z.tuple([z.number(), z.number(), z.number()]),
      /** what the simulated binary has */
      truth: z.number(),
      /** medians over the noise: mean and 90 % interval */
      predicted: z.tuple([z.number(), z.number(), z.number()]),
      /** share of the noises in which the 90 % interval holds what the simulated binary has */
      coverage: z.number(),
    }),
  ),
});
export type WavesPicture = z.infer<typeof waves>;

const kind = 'waves-step-';

/** @throws RunFolderError if the file cannot be written */
export function recordWaves(folder: string, record: WavesPicture): void {
  recordPicture(folder, kind, record);
}

/** As `readPicture`. */
export function readWaves(folder: string, evaluation: Pick<WavesPicture, 'step' | 'at'>): WavesPicture | null {
  return readPicture(folder, kind, waves, evaluation);
}
