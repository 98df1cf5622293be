/** The examples of a test set that a run knows least of, and those that nobody could know: what a report shows of them. */
import { encode } from 'fast-png';
import { type ArrayExamples, gatheredInputs } from '../data/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type Predictive, type Units, inUnits, mostProbable } from '../likelihoods/index.ts';
import type { UncertainExamples } from '../report/index.ts';

/** Of each kind. */
const shown = 8;

/** Numbers of a larger picture would make a run folder's file large. */
const largestPicture = 64 * 64 * 3;

/**
 * Examples with the largest uncertainty of each kind: of classes the mutual information of class and weights (epistemic) and the mean
 * entropy of a draw (aleatoric), nats; of numbers the standard deviations, of the first target.
 * @param names of the classes; classes are numbers where there are none
 */
export function mostUncertain(
  predictive: Predictive,
  test: ArrayExamples,
  names: readonly string[],
  units: Units | null,
): UncertainExamples {
  const kinds =
    predictive.kind === 'classes'
      ? ([
          ['epistemic', predictive.mutualInformation, 1],
          ['aleatoric', predictive.expectedEntropy, 1],
        ] as const)
      : ([
          ['epistemic', predictive.epistemic, predictive.outputs],
          ['aleatoric', predictive.aleatoric, predictive.outputs],
        ] as const);
  return kinds.map(([kind, values, width]) => {
    const order = Array.from({ length: predictive.count }, (_, n) => n).filter((n) =>
      Number.isFinite(values[n * width]),
    );
    const rows = order.toSorted((a, b) => values[b * width]! - values[a * width]! || a - b).slice(0, shown);
    const pictures = picturesOf(test, rows);
    return {
      kind,
      examples: rows.map((row, i) => ({
        row,
        value: values[row * width]!,
        ...saidOf(predictive, test, row, names, units),
        ...(pictures && { picture: pictures[i]! }),
      })),
    };
  });
}

function saidOf(
  predictive: Predictive,
  { targets }: ArrayExamples,
  row: number,
  names: readonly string[],
  units: Units | null,
) {
  if (predictive.kind === 'reals') {
    const { outputs, mean } = predictive;
    return {
      truth: fiveDigits(inUnits(targets[row * outputs]!, 0, units)),
      predicted: fiveDigits(mean[row * outputs]!),
    };
  }
  const { classes, probabilities } = predictive;
  const best = mostProbable(probabilities, row, classes);
  const nameOf = (label: number) => (names.length === classes ? names[label]! : String(label));
  return { truth: nameOf(targets[row]!), predicted: nameOf(best), probability: probabilities[row * classes + best]! };
}

/** As PNG in base64; null where they are no pictures, or large ones. */
function picturesOf({ inputs, shape }: ArrayExamples, rows: readonly number[]): string[] | null {
  const [height = 0, width = 0, channels = 0] = shape;
  const size = sizeOf(shape);
  if (shape.length !== 3 || (channels !== 1 && channels !== 3) || size > largestPicture) return null;
  const bytes = gatheredInputs(inputs, Int32Array.from(rows), shape);
  if (!(bytes instanceof Uint8Array)) return null;
  return rows.map((_, i) => {
    const data = bytes.slice(i * size, (i + 1) * size);
    return Buffer.from(encode({ width, height, channels, depth: 8, data })).toString('base64');
  });
}

function fiveDigits(value: number): string {
  return value.toPrecision(5);
}
