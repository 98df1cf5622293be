import { type Bindings, countOf, lastOf, rowsOf } from './binding.ts';

export const likelihood: Bindings<
  'softmax' | 'softmaxBackward' | 'categoricalNll' | 'categoricalNllBackward' | 'normalKl' | 'normalKlBackward'
> = {
  softmax: {
    bind: ({ inputs: [x], outputs: [y] }, { softmax }) => {
      const [out, from, rows, n] = [y!.offset, x!.offset, rowsOf(x!), lastOf(x!)];
      return () => softmax(out, from, rows, n);
    },
  },
  softmaxBackward: {
    bind: ({ inputs: [y, dy], outputs: [dx] }, { softmaxBackward }) => {
      const [out, value, from, rows, n] = [dx!.offset, y!.offset, dy!.offset, rowsOf(y!), lastOf(y!)];
      return () => softmaxBackward(out, value, from, rows, n);
    },
  },
  categoricalNll: {
    bind: ({ inputs: [logits, labels], outputs: [nll, probabilities, correct] }, { categoricalNll }) => {
      const [from, label, rows, n] = [logits!.offset, labels!.offset, rowsOf(logits!), lastOf(logits!)];
      const [out, shares, hits] = [nll!.offset, probabilities!.offset, correct!.offset];
      return () => categoricalNll(out, shares, hits, from, label, rows, n);
    },
  },
  categoricalNllBackward: {
    bind: ({ inputs: [probabilities, labels, dNll], outputs: [dLogits] }, { categoricalNllBackward }) => {
      const [shares, label, from] = [probabilities!.offset, labels!.offset, dNll!.offset];
      const [out, rows, n] = [dLogits!.offset, rowsOf(dLogits!), lastOf(dLogits!)];
      return () => categoricalNllBackward(out, shares, label, from, rows, n);
    },
  },
  normalKl: {
    bind: ({ attributes: { priorMean, priorScale }, inputs: [mean, scale], outputs: [kl] }, { normalKl }) => {
      const [out, m, s, n] = [kl!.offset, mean!.offset, scale!.offset, countOf(mean!)];
      return () => normalKl(out, m, s, n, priorMean, priorScale);
    },
  },
  normalKlBackward: {
    bind: ({ attributes: { priorMean, priorScale }, inputs, outputs: [dMean, dScale] }, { normalKlBackward }) => {
      const [m, s, d] = inputs.map(({ offset }) => offset) as [number, number, number];
      const [out, outScale, n] = [dMean!.offset, dScale!.offset, countOf(dMean!)];
      return () => normalKlBackward(out, outScale, m, s, d, n, priorMean, priorScale);
    },
  },
};
