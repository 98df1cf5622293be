import type { RunReport } from '../run/read.ts';
import { figureText, grouped } from './figures.ts';
import { table } from './html.ts';

/** What held-out examples taught, and whether that holds for others: what `predict` says rests on it. */
export function calibrationSection({ calibration }: RunReport): string {
  if (calibration === null) return '';
  const { of, count, classes, check, step, draws } = calibration;
  const { before, after, coverage, size } = check;
  const isOfValidation = of === 'validation part';
  const rows = [
    ['learned from', `${grouped(count)} examples: the ${isOfValidation ? of : 'one half of the test set'}`],
    ...(classes ? [['temperature', classes.temperature.toFixed(3)]] : []),
    ['checked on', `${grouped(check.count)} others: ${isOfValidation ? 'the test set' : 'the other half'}`],
    ...(before === undefined || after === undefined
      ? []
      : [['NLL of these, nats', `${before.toFixed(4)} as it is, ${after.toFixed(4)} with the temperature`]]),
    [
      `${classes ? 'sets' : 'intervals'} of 90 % hold`,
      `${figureText('coverage90', coverage, check.count)} of the truth`,
    ],
    ...(size === undefined ? [] : [['classes in a set, in the mean', size.toFixed(3)]]),
  ];
  const note =
    `Kept beside the checkpoint of step ${step}, from ${draws} draws, and applied by credence predict: ` +
    `${classes ? 'probabilities at that temperature, and sets of classes' : 'intervals'} that hold as often as they say ` +
    '(split conformal prediction, Vovk et al. 2005).';
  return ['<h3>Calibrated predictions</h3>', table(['calibration', ''], rows), `<p class="notes">${note}</p>`].join(
    '\n',
  );
}
