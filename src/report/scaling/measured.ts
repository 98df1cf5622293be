import { z } from 'zod';
import { DataError } from '../../errors/index.ts';
import { readRegular } from '../../run/index.ts';

const schema = z.object({
  series: z
    .array(
      z.object({
        model: z.string(),
        /** how the ranks ran */
        communicator: z.string().default('measured'),
        scaling: z.enum(['weak', 'strong']),
        /** examples per rank where weak, per step where strong */
        batch: z.int().positive(),
        points: z
          .array(
            z.object({
              ranks: z
                .int()
                .positive()
                .max(2 ** 20),
              stepMs: z.number().positive(),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

const remedy =
  'The form is {"series": [{"model", "scaling", "batch", "points": [{"ranks", "stepMs"}]}]}, as credence bench scaling writes it';

/** What `credence bench scaling` writes. */
export type MeasuredScaling = z.infer<typeof schema>;

/** @throws DataError when the file is missing or not what it says, or a series lacks the time on one rank */
export function readMeasuredScaling(path: string): MeasuredScaling {
  let value: unknown;
  try {
    value = JSON.parse(readRegular(path).toString('utf8'));
  } catch (error) {
    throw new DataError(`${path} cannot be read as measured scaling`, {
      got: (error as Error).message,
      remedy,
      cause: error,
    });
  }
  const { data, error } = schema.safeParse(value);
  if (error) {
    const [issue] = error.issues;
    throw new DataError(`${path} is no file of measured scaling`, {
      got: `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
      remedy,
    });
  }
  const lacking = data.series.find(({ points }) => !points.some(({ ranks }) => ranks === 1));
  if (lacking) {
    throw new DataError(`${path}: ${lacking.model} (${lacking.communicator}, ${lacking.scaling})`, {
      got: 'no time on one rank',
      expected: 'a point with ranks 1, which the others are compared with',
      remedy,
    });
  }
  return data;
}
