/** The table: what is measured, on how many cores, and what it has to reach. */
import { type PeerRun, type PeerWorkload, predictionPeers, tablePeers, trainingPeers } from './peers.ts';

export type Precision = 'f32' | 'bf16';

/** One of our own measurements. */
export type OwnRun = { readonly model: string; readonly precision: Precision; readonly cores: 1 | 2 } & (
  | { readonly kind: 'training'; readonly batch: number; readonly engine: string; readonly slices?: number }
  | { readonly kind: 'prediction' }
  | { readonly kind: 'table'; readonly estimator: Estimator }
);

/** Of a table's small network (bench/table.ts): 8-50-1, batch 32, 1,030 rows. */
export type Estimator = 'flipout' | 'reparameterization';

interface Common {
  /** what `--only` looks for */
  readonly id: string;
  readonly what: string;
}

/**
 * `peers`: ours over the best of theirs, at least `target`. `own`: `first` over `second` of our own, at least or at most
 * `target`. `memory`: the peak of our training in MB, at most `target`.
 */
export type Row = Common &
  (
    | {
        readonly kind: 'peers';
        readonly own: OwnRun;
        readonly peers: readonly PeerRun[];
        readonly unit: 'samples/s' | 'image-draws/s' | 'steps/s';
        readonly target: number;
      }
    | {
        readonly kind: 'own';
        readonly first: OwnRun;
        readonly second: OwnRun;
        readonly target: number;
        readonly sense: 'least' | 'most';
      }
    | { readonly kind: 'memory'; readonly own: OwnRun; readonly peers: readonly PeerRun[]; readonly target: number }
  );

const cifar = 'CIFAR10_BNN_model';

function training(
  model: string,
  workload: PeerWorkload,
  {
    batch,
    cores,
    precision = 'f32',
    slices,
    target,
  }: { batch: number; cores: 1 | 2; precision?: Precision; slices?: number; target: number },
): Row {
  const cut = slices === undefined ? '' : `, --slices ${slices}`;
  const shape = { batch, cores, precision };
  return {
    kind: 'peers',
    id: `${model}-b${batch}-${cores}-${precision}`,
    what: `${model}, training, batch ${batch}, ${cores === 1 ? 'one core' : 'two cores'}, ${precision}${cut}`,
    own: { kind: 'training', model, engine: 'auto', ...shape, slices },
    peers: trainingPeers(workload, shape),
    unit: 'samples/s',
    target,
  };
}

function prediction(
  model: string,
  workload: 'W1' | 'W2',
  { chunk, cores, precision = 'f32', target }: { chunk: number; cores: 1 | 2; precision?: Precision; target: number },
): Row {
  const where = `${cores === 1 ? 'one core' : 'two cores'}, ${precision}`;
  return {
    kind: 'peers',
    id: `${model}-predict-${cores}-${precision}`,
    what: `${model}, 300 draws over 10,000 images, ${where}`,
    own: { kind: 'prediction', model, precision, cores },
    peers: predictionPeers(workload, { chunk, cores, precision }),
    unit: 'image-draws/s',
    target,
  };
}

const own = (model: string, engine = 'auto'): OwnRun => ({
  ...{ kind: 'training', model, engine, precision: 'f32', cores: 1, batch: 64 },
});

function smallTable(estimator: Estimator, target: number): Row {
  return {
    kind: 'peers',
    id: `table-${estimator}`,
    what: `8-50-1 of a table of 1,030 rows, ${estimator}, training, batch 32, one core, f32`,
    own: { kind: 'table', model: 'table', estimator, precision: 'f32', cores: 1 },
    peers: tablePeers(estimator),
    unit: 'steps/s',
    target,
  };
}

/** Two ranks with a batch each over one rank with a batch. */
function scaling(model: string, batch: number, target: number): Row {
  const run = { kind: 'training', model, engine: 'auto', precision: 'f32' } as const;
  return {
    kind: 'own',
    id: `scaling-${model}`,
    what: `two ranks over one, ${model}, batch ${batch} per rank, f32`,
    first: { ...run, cores: 2, batch: 2 * batch },
    second: { ...run, cores: 1, batch },
    target,
    sense: 'least',
  };
}

export const rows: readonly Row[] = [
  training('BNN_conv_flip', 'W2', { batch: 64, cores: 1, target: 4 }),
  training('BNN_conv_flip', 'W2', { batch: 64, cores: 2, target: 4 }),
  training('BNN_conv_flip', 'W2', { batch: 128, cores: 1, target: 3 }),
  training('BNN_conv_flip', 'W2', { batch: 128, cores: 2, target: 3 }),
  // On one core no second rank wants a half of the batch.
  training('BNN_FC_flip', 'W1', { batch: 64, cores: 1, slices: 1, target: 2 }),
  smallTable('flipout', 3),
  smallTable('reparameterization', 3),
  training(cifar, 'W3', { batch: 64, cores: 1, target: 2.2 }),
  training(cifar, 'W3', { batch: 64, cores: 2, target: 1.7 }),
  training(cifar, 'W3', { batch: 128, cores: 1, target: 1.7 }),
  training(cifar, 'W3', { batch: 128, cores: 2, target: 1.7 }),
  training(cifar, 'W3', { batch: 64, cores: 1, precision: 'bf16', target: 2 }),
  training(cifar, 'W3', { batch: 64, cores: 2, precision: 'bf16', target: 2 }),
  training('GW_BNN', 'W4', { batch: 32, cores: 1, target: 1.25 }),
  training('GW_BNN', 'W4', { batch: 32, cores: 2, target: 1.25 }),
  training('GW_BNN', 'W4', { batch: 32, cores: 1, precision: 'bf16', target: 1.25 }),
  training('GW_BNN', 'W4', { batch: 32, cores: 2, precision: 'bf16', target: 1.25 }),
  {
    kind: 'own',
    id: 'flipout-step',
    what: 'flipout step over deterministic step, CIFAR-10 network, batch 64, one core, f32',
    // Rates, so the other way round than times.
    first: own('CIFAR10_CNN_model'),
    second: own(cifar),
    target: 1.25,
    sense: 'most',
  },
  prediction('BNN_FC_flip', 'W1', { chunk: 10_000, cores: 2, target: 20 }),
  prediction('BNN_conv_flip', 'W2', { chunk: 100, cores: 1, target: 2 }),
  prediction('BNN_conv_flip', 'W2', { chunk: 100, cores: 1, precision: 'bf16', target: 2.5 }),
  scaling('BNN_conv_flip', 64, 1.9),
  scaling(cifar, 64, 1.9),
  scaling('GW_BNN', 32, 1.85),
  {
    kind: 'own',
    id: 'wasm-onednn',
    what: 'wasm engine over oneDNN engine, CIFAR-10 network, batch 64, one core, f32',
    first: own(cifar, 'wasm'),
    second: own(cifar, 'onednn'),
    target: 1 / 3,
    sense: 'least',
  },
  {
    kind: 'memory',
    id: 'memory',
    what: 'peak memory of training, CIFAR-10 network, batch 64, two cores, data included',
    own: { kind: 'training', model: cifar, engine: 'auto', precision: 'f32', cores: 2, batch: 64 },
    peers: trainingPeers('W3', { batch: 64, cores: 2, precision: 'f32' }),
    target: 700,
  },
  {
    kind: 'memory',
    id: 'memory-gw',
    what: 'peak memory of training, GW_BNN, batch 32, one core, data included',
    own: { kind: 'training', model: 'GW_BNN', engine: 'auto', precision: 'f32', cores: 1, batch: 32 },
    peers: trainingPeers('W4', { batch: 32, cores: 1, precision: 'f32' }),
    target: 1100,
  },
];
