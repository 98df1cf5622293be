import type { Communicator } from '../../src/comm/index.ts';
import { predictDraws } from '../../src/inference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { normal, poisson } from '../../src/likelihoods/index.ts';
import { initialParameters } from '../support/network.ts';
import { mixedModel, table } from '../support/scale-mixture.ts';

/** All numbers of a prediction of reals and of one of counts, whose draws the ranks share. */
export function predicting(communicator: Communicator): number[][] {
  const { rank, size } = communicator;
  const ranks = {
    rank,
    size,
    sum: (values: Float64Array, name: string) => communicator.allreduce(values, 'sum', name).run(0),
  };
  return [normal({ noise: 0.5 }), poisson()].flatMap((likelihood) => {
    // ten draws of seven batches: no number of ranks but one parts them evenly, and batches are split
    const options = { draws: 10, seed: 4, batch: 9, quantiles: [0.1, 0.5], ranks };
    const model = { ...mixedModel, likelihood };
    const parameters = initialParameters(model, 2);
    const members = [(name: string) => parameters.get(name)];
    const counts = table.targets.map((value) => Math.round(value * value));
    const targets = likelihood.kind === 'poisson' ? counts : table.targets;
    const { count, inputs } = table;
    const data = { count, inputs, targets };
    const { mean, standardDeviation, aleatoric, epistemic, quantiles, scores } = predictDraws(
      wasmKernels,
      { model, members },
      data,
      options,
    );
    const { logDensity, crps, probability, interval } = scores!;
    const all = [
      mean,
      standardDeviation,
      aleatoric,
      epistemic,
      ...quantiles,
      logDensity,
      crps,
      probability,
      ...interval,
    ];
    return all.map((values) => [...values]);
  });
}
