import { type BindTable, type Elements, lastAxis } from './binding.ts';

type Likelihood =
  | 'softmax'
  | 'softmaxBackward'
  | 'categoricalNll'
  | 'categoricalNllBackward'
  | 'normalKl'
  | 'normalKlBackward'
  | 'fromBytes';

/** ln(sum(e^x)) over `size` elements from `begin`, with the largest taken out so that nothing overflows. */
function logSumExp(x: Elements, begin: number, size: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < size; c++) largest = Math.max(largest, x[begin + c]);
  let sum = 0;
  for (let c = 0; c < size; c++) sum += Math.exp(x[begin + c] - largest);
  return largest + Math.log(sum);
}

/** Class of the first largest of `size` logits from `begin`. */
function firstLargest(logits: Elements, begin: number, size: number): number {
  let first = 0;
  for (let c = 1; c < size; c++) if (logits[begin + c] > logits[begin + first]) first = c;
  return first;
}

export const likelihood: BindTable<Likelihood> = {
  softmax(_attributes, [input], [{ data: y }]) {
    const { data: x } = input;
    const classes = lastAxis(input);
    return () => {
      for (let row = 0; row < x.length; row += classes) {
        const total = logSumExp(x, row, classes);
        for (let c = 0; c < classes; c++) y[row + c] = Math.exp(x[row + c] - total);
      }
    };
  },

  softmaxBackward(_attributes, [output, { data: dy }], [{ data: dx }]) {
    const { data: y } = output;
    const classes = lastAxis(output);
    return () => {
      for (let row = 0; row < y.length; row += classes) {
        let inner = 0;
        for (let c = 0; c < classes; c++) inner += y[row + c] * dy[row + c];
        for (let c = 0; c < classes; c++) dx[row + c] = y[row + c] * (dy[row + c] - inner);
      }
    };
  },

  categoricalNll(_attributes, [input, { data: labels }], [{ data: nll }, { data: probabilities }, { data: correct }]) {
    const { data: logits } = input;
    const classes = lastAxis(input);
    return () => {
      for (let b = 0; b < nll.length; b++) {
        const row = b * classes;
        const total = logSumExp(logits, row, classes);
        nll[b] = total - logits[row + labels[b]];
        for (let c = 0; c < classes; c++) probabilities[row + c] = Math.exp(logits[row + c] - total);
        correct[b] = firstLargest(logits, row, classes) === labels[b] ? 1 : 0;
      }
    };
  },

  /** d nll / d logits = probabilities - one-hot label */
  categoricalNllBackward(_attributes, [input, { data: labels }, { data: dNll }], [{ data: dLogits }]) {
    const { data: probabilities } = input;
    const classes = lastAxis(input);
    return () => {
      for (let i = 0; i < dLogits.length; i++) {
        const b = Math.floor(i / classes);
        const target = i % classes === labels[b] ? 1 : 0;
        dLogits[i] = dNll[b] * (probabilities[i] - target);
      }
    };
  },

  normalKl({ priorMean, priorScale }, [{ data: mean }, { data: scale }], [{ data: kl }]) {
    return () => {
      let sum = 0;
      for (let i = 0; i < mean.length; i++) {
        const squares = scale[i] ** 2 + (mean[i] - priorMean) ** 2;
        sum += Math.log(priorScale / scale[i]) + squares / (2 * priorScale ** 2) - 0.5;
      }
      kl[0] = sum;
    };
  },

  normalKlBackward(attributes, [{ data: mean }, { data: scale }, { data: dKl }], [{ data: dMean }, { data: dScale }]) {
    const { priorMean, priorScale } = attributes;
    return () => {
      for (let i = 0; i < mean.length; i++) {
        dMean[i] = (dKl[0] * (mean[i] - priorMean)) / priorScale ** 2;
        dScale[i] = dKl[0] * (scale[i] / priorScale ** 2 - 1 / scale[i]);
      }
    };
  },

  fromBytes({ scale }, [{ data: bytes }, mean], [{ data: y }]) {
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = bytes[i] * scale - (mean ? mean.data[i % mean.data.length] : 0);
    };
  },
};
