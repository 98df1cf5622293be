/** Other libraries with the same networks and the same mathematics: the programs of a folder with a `run.sh`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../command.ts';

/** The folder's names of our networks. */
export type PeerWorkload = 'W1' | 'W2' | 'W3' | 'W4';

export interface PeerRun {
  readonly peer: 'tfp' | 'torch' | 'jax';
  readonly words: readonly string[];
  readonly cores: 1 | 2;
  /** of this repository, in place of the folder's */
  readonly program?: 'table';
}

/** What a peer's program says: the rate is samples/s, or image-draws/s of a prediction. */
export interface PeerAnswer {
  readonly rate: number;
  readonly peakRssMB: number | null;
  /** how the peer did it, in its own words */
  readonly how: string;
}

const environments = { tfp: 'tf', torch: 'torch', jax: 'jax' } as const;

/** Of each peer the way that was fastest for the network in the measurements of bench/RESULTS.md. */
const ways: Readonly<Record<PeerWorkload, readonly (readonly [PeerRun['peer'], ...string[]])[]>> = {
  W1: [['tfp'], ['torch'], ['jax', '--loop']],
  W2: [['tfp'], ['torch'], ['jax']],
  W3: [['tfp'], ['torch'], ['jax', '--conv', 'im2col']],
  // Its convolutions are padded, and so have 4 % more to do than those of GW_BNN.
  W4: [['tfp'], ['torch']],
};

const window = ['--n', '3', '--wsec', '1'];

/** All peers' runs of a training. */
export function trainingPeers(
  workload: PeerWorkload,
  { batch, cores, precision }: { batch: number; cores: 1 | 2; precision: string },
): PeerRun[] {
  // Of the peers only PyTorch has mixed precision on a CPU.
  const runs = ways[workload].filter(([peer]) => precision === 'f32' || peer === 'torch');
  return runs.map(([peer, ...words]) => ({
    peer,
    cores,
    words: [
      ...['--workload', workload, '--variant', 'flip', '--batch', `${batch}`, '--threads', `${cores}`],
      ...(precision === 'bf16' ? ['--bf16'] : []),
      ...window,
      ...words,
    ],
  }));
}

/** All peers' runs of a Monte Carlo prediction over the 10,000 test images, a draw of the weights shared by a chunk. */
export function predictionPeers(
  workload: PeerWorkload,
  { chunk, cores, precision }: { chunk: number; cores: 1 | 2; precision: string },
): PeerRun[] {
  const runs = ways[workload].filter(([peer]) => precision === 'f32' || peer === 'torch');
  return runs.map(([peer]) => ({
    peer,
    cores,
    words: [
      ...['--workload', workload, '--variant', 'reparam', '--threads', `${cores}`],
      ...['--mc', '300', '--mcbatch', `${chunk}`, ...(precision === 'bf16' ? ['--bf16'] : [])],
    ],
  }));
}

/** All peers' runs of a table's small network, each compiled, which is its fastest way (bench/table.ts has the others too). */
export function tablePeers(estimator: string): PeerRun[] {
  return (['tfp', 'torch', 'jax'] as const).map((peer) => ({
    ...{ peer, cores: 1, program: 'table' },
    words: ['--estimator', estimator, ...(peer === 'jax' ? [] : ['--compile'])],
  }));
}

/** Why a peer cannot be measured here; null where it can. */
export function lacking(folder: string, { peer, program }: PeerRun): string | null {
  const home = process.env.PEERS;
  if (!program && !existsSync(join(folder, 'run.sh'))) return `no run.sh in ${folder}`;
  if (!home) return 'PEERS does not name the folder that setup.sh filled';
  return existsSync(join(home, environments[peer], 'bin/python')) ? null : `not installed in PEERS: run setup.sh`;
}

/** One measurement, in a process of its own. With one thread the peer is pinned to the core that is given. */
export async function measurePeer(
  folder: string,
  { peer, words, cores, program }: PeerRun,
  core: number,
): Promise<PeerAnswer> {
  const python = join(process.env.PEERS ?? '', environments[peer], 'bin/python');
  const command = program
    ? [python, join(import.meta.dirname, '../peers/table.py'), peer, ...words]
    : ['bash', join(folder, 'run.sh'), peer, ...words];
  const output = await capture(cores === 1 ? ['taskset', '-c', `${core}`, ...command] : command);
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`${peer} said nothing that can be read`);
  const said = JSON.parse(line) as Record<string, unknown>;
  const { sps, imgdraws_per_s: draws, rate: steps, peak_rss_MB: peak, impl, how } = said;
  const rate = Number(sps ?? draws ?? steps);
  if (!(rate > 0)) throw new Error(`${peer} gave no rate: ${line}`);
  return {
    rate,
    peakRssMB: typeof peak === 'number' ? peak : null,
    how: typeof how === 'string' ? how : `${peer} ${String(impl)}`,
  };
}
