import { tableSettings } from '../../src/cli/own-data.ts';
import { type TrainOptions, evaluate, table, train } from '../../src/library/index.ts';
import { normal } from '../../src/likelihoods/index.ts';
import { denseFlipout, sequential } from '../../src/layers/index.ts';
import { type UciSet, dealt } from './data.ts';

/** One training: which rows, and how. */
export interface Task {
  readonly set: string;
  readonly split: number;
  /** share of the training rows that takes the place of the test rows; 0: none */
  readonly validation: number;
  readonly draws: number;
  /** in place of what a run on a table does by itself */
  readonly settings: TrainOptions;
}

export interface Fitted {
  readonly set: string;
  readonly split: number;
  readonly rmse: number;
  readonly nll: number;
  readonly crps: number;
  readonly coverage50: number;
  readonly coverage90: number;
  /** of the training, by this process's processor time */
  readonly seconds: number;
}

/** Trains one hidden layer of 50, of protein 100, on a split's rows, and tells what it is worth on those held out. */
export async function fit(set: UciSet, { split, validation, draws, settings }: Task): Promise<Fitted> {
  const { train: rows, held } = dealt(set, split, validation);
  const data = table(rows);
  const hidden = set.name === 'protein' ? 100 : 50;
  const network = sequential(
    denseFlipout({ units: hidden, activation: 'relu', bias: 'normal' }),
    denseFlipout({ units: 1, bias: 'normal' }),
  );
  const model = { name: `uci/${set.name}`, input: data.input, units: data.units, network, likelihood: normal() };
  // one rank has nobody to share a second slice with
  const began = process.cpuUsage().user;
  const trained = await train(model, data, { ...tableSettings, slices: 1, seed: split, ...settings });
  const seconds = (process.cpuUsage().user - began) / 1e6;
  const figures = await evaluate(trained, held, { draws, seed: split, quantiles: [] });
  const figure = (name: string): number => figures[name]!;
  return {
    ...{ set: set.name, split, rmse: figure('rmse'), nll: figure('nll'), crps: figure('crps') },
    ...{ coverage50: figure('coverage50'), coverage90: figure('coverage90'), seconds },
  };
}
