import { categoricalNegativeLogLikelihood } from '../distributions/index.ts';
import { ShapeError, UsageError, describeValue, isObject, isWhole } from '../errors/index.ts';
import type { Graph, Tensor } from '../graph/index.ts';
import { predictionQuality } from './calibration.ts';
import { ClassGathering, type ClassPredictive } from './classes.ts';
import type { Figure, Likelihood } from './likelihood.ts';

const accuracy = { name: 'accuracy', title: 'accuracy', unit: '', better: 'higher' } as const;

/** What is told of predicted classes. */
export const classFigures: readonly Figure[] = [
  accuracy,
  { name: 'nll', title: 'NLL', unit: 'nats per example', better: 'lower' },
  { name: 'brier', title: 'Brier score', unit: '', better: 'lower' },
  { name: 'ece', title: 'calibration error', unit: '', better: 'lower' },
];

/**
 * y ~ Categorical(softmax(outputs)).
 * @param classes how many; targets are 0 .. classes - 1
 */
export function categorical(classes: number): Likelihood<ClassPredictive> {
  if (!isWhole(classes, 2, 2 ** 31)) {
    throw new ShapeError('a categorical likelihood', {
      got: `${describeValue(classes)} classes`,
      expected: 'at least 2',
    });
  }
  return ofClasses('categorical', classes, classes, (_graph, logits) => logits);
}

/** y ~ Bernoulli(sigmoid(output)), y in {0, 1}: two classes, of which the first has the logit 0. */
export function bernoulli(): Likelihood<ClassPredictive> {
  return ofClasses('bernoulli', 1, 2, (graph, logit) => graph.apply('padLast', [logit], { begin: 1, size: 2 })[0]!);
}

function ofClasses(
  kind: string,
  outputs: number,
  classes: number,
  logitsOf: (graph: Graph, outputs: Tensor) => Tensor,
): Likelihood<ClassPredictive> {
  return {
    kind,
    outputs,
    target: { dtype: 'i32', width: 1 },
    stepFigure: { ...accuracy, ofMean: (mean) => mean },
    figures: classFigures,
    loss(tensor, labels, { graph }) {
      const { nll, correct } = categoricalNegativeLogLikelihood(graph, logitsOf(graph, tensor), labels);
      return { nll, figure: correct };
    },
    predict: (tensor, { graph }) => graph.apply('softmaxEntropy', [logitsOf(graph, tensor)], {}, 'probabilities'),
    gather: (request) => new ClassGathering(request, classes),
    quality(predictive, labels) {
      if (!isObject(predictive)) {
        throw new UsageError('a prediction', { got: describeValue(predictive), expected: 'one of classes' });
      }
      return { ...predictionQuality(predictive.probabilities, labels, classes) };
    },
  };
}
