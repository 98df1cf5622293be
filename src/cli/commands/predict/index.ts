import type { CommandFile } from '../../command-file.ts';
import { addComputation, addDraws } from '../of-a-run.ts';

const inputs =
  'rows: files of the form that the run was trained on, with or without the targets; ' +
  'of the sets of images: .npy, .npz, IDX (.gz or not), .png or .jpg files, or folders of pictures';

const quantiles =
  "of the numbers, in columns q05, q50, q95; or of each class's probability over the draws (default: 0.05,0.5,0.95)";

/** As in the figure; the room that draws is not loaded for a help text. */
const mostPlotted = 12;

const meaning = `
Entropy is how undecided a prediction is, in nats; of it the weights (epistemic) is what more data would settle, the rest (aleatoric)
what it would not. docs/reading-uncertainty.md says what to do with either.`;

/** `credence predict RUN INPUT...` */
export const command: CommandFile = {
  name: 'predict',
  synopsis: '[options] <RUN> <INPUT...>',
  about: 'Predict classes or numbers with the last checkpoint of a run, and how sure that is.',

  async declare(words) {
    words.command
      .usage('RUN INPUT... [--draws COUNT] [--abstain SHARE] [--plot FILE] [--out FILE]')
      .addHelpText('after', meaning);
    words.argument('RUN', 'the folder of a run').argument('INPUT', inputs);
    addDraws(words)
      .option('quantiles', 'LEVELS', quantiles)
      .option(
        'abstain',
        'SHARE',
        'say so, in words, where sets of classes or intervals that miss that share of the truth at most leave it open; of a run that ' +
          'train or evaluate has calibrated (default: 0.1)',
      )
      .option('calibration', 'off', 'predictions as the network gives them, without verdicts')
      .option(
        'plot',
        'FILE',
        `draw the first ${mostPlotted} to a .png or .svg: the density of each class's probability over the draws, or intervals of numbers`,
      )
      .option('out', 'FILE', 'all predictions, as .json, .csv or .npz')
      .switch('strict', 'refuse all files where one cannot be read, instead of leaving it out');
    await addComputation(words);
  },

  async run(given, terminal) {
    const { predict } = await import('./run.ts');
    return predict(given, terminal);
  },
};
