/** Predicted probabilities and labels, looked at before a figure is made of them. */
import {
  DataError,
  NotFiniteError,
  ShapeError,
  describeValue,
  firstNotFinite,
  isNumbers,
  isWhole,
} from '../errors/index.ts';

/** How far from 1 the probabilities of an example may sum up. */
const tolerance = 1e-3;

/** @throws ShapeError, NotFiniteError and DataError, as predictionQuality */
export function checkPredictions(probabilities: ArrayLike<number>, labels: ArrayLike<number>, classes: number): void {
  if (!isWhole(classes, 2, 2 ** 31)) {
    throw new ShapeError('classes', { got: describeValue(classes), expected: 'a whole number from 2 on' });
  }
  if (!isNumbers(labels) || labels.length === 0) {
    throw new ShapeError('labels', { got: describeValue(labels), expected: 'a whole number for each example' });
  }
  const size = labels.length * classes;
  if (!isNumbers(probabilities) || probabilities.length !== size) {
    throw new ShapeError('predicted probabilities', {
      got: describeValue(probabilities),
      expected: `${size} values: ${labels.length} examples of ${classes} classes`,
    });
  }
  checkLabels(labels, classes);
  const wrong = firstNotFinite(probabilities);
  if (wrong >= 0) {
    throw new NotFiniteError(`the predicted probability of example ${Math.floor(wrong / classes)}`, {
      got: `${probabilities[wrong]} for class ${wrong % classes}`,
      expected: 'a number from 0 to 1',
    });
  }
  for (let n = 0; n < labels.length; n++) checkRow(probabilities, n, classes);
}

/** @throws DataError naming the first that is no class */
function checkLabels(labels: ArrayLike<number>, classes: number): void {
  for (let n = 0; n < labels.length; n++) {
    if (isWhole(labels[n], 0, classes - 1)) continue;
    throw new DataError(`the label of example ${n}`, {
      got: describeValue(labels[n]),
      expected: `a whole number from 0 to ${classes - 1}`,
    });
  }
}

function checkRow(probabilities: ArrayLike<number>, example: number, classes: number): void {
  let sum = 0;
  for (let i = example * classes; i < (example + 1) * classes; i++) {
    const p = probabilities[i]!;
    if (p < 0) {
      throw new DataError(`the predicted probability of example ${example}`, {
        got: `${p} for class ${i % classes}`,
        expected: 'a number from 0 to 1',
      });
    }
    sum += p;
  }
  if (Math.abs(sum - 1) <= tolerance) return;
  throw new DataError(`the predicted probabilities of example ${example}`, {
    got: `a sum of ${sum}`,
    expected: 'a sum of 1',
    remedy: 'Give probabilities, one of each class, and not logits',
  });
}
