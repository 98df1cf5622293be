import type { Link } from './allreduce.ts';
import type { StragglerLaw } from './stragglers.ts';

/** What the model knows of a machine. Times in seconds, bandwidths in bytes per second. */
export interface Machine {
  readonly between: Link;
  readonly within: Link;
  readonly ranksPerNode: number;
  /** bytes per second that a rank adds up */
  readonly reduceBandwidth: number;
  /** standard deviation of a rank's compute time, as a share of its mean */
  readonly spread: number;
  readonly law: StragglerLaw;
}

export interface MachinePreset extends Machine {
  readonly about: string;
  /** how many it may have: what is shown unless other numbers are asked for */
  readonly mostRanks: number;
  /** where each number is from */
  readonly sources: readonly string[];
}

const aries = { latency: 5.8e-6, bandwidth: 9.96e9 } satisfies Link;
const ariesSources = [
  'latency between nodes 5.8 us: osu_latency, KNL on Aries, github.com/ofi-cray/libfabric-cray/issues/1055',
  'bandwidth between nodes 9.96 GB/s: osu_mbw_mr, 4 MiB, Cray XC, gist.github.com/hppritcha/200bc7a2d4dfde709245d6ffa7b2b971',
  'one rank per node: as the original ran; the link within a node is not used',
  'reduction 5 GB/s: assumed, one KNL core',
] as const;

/** The machines that are known by name. */
export const machines: Readonly<Record<string, MachinePreset>> = {
  laptop: {
    about: 'threads or MPI processes of one computer',
    mostRanks: 64,
    between: { latency: 25e-6, bandwidth: 0.118e9 },
    within: { latency: 10e-6, bandwidth: 7.5e9 },
    ranksPerNode: 64,
    reduceBandwidth: 15e9,
    spread: 0.02,
    law: 'exponential',
    sources: [
      'within: 4.4 MB over 2 processes take 0.84 ms by Open MPI 4.1.4, measured on two cores in November 2026',
      'latency within, reduction and spread: assumed',
      'between: gigabit Ethernet, 1 Gbit/s less 6 % of headers; latency assumed',
    ],
  },
  theta: {
    about: 'Cray XC40: KNL nodes on Aries, ranks as even as assumed',
    mostRanks: 65_536,
    between: aries,
    within: aries,
    ranksPerNode: 1,
    reduceBandwidth: 5e9,
    spread: 0.02,
    law: 'exponential',
    sources: [...ariesSources, 'spread 2 %: assumed, of nodes that do nothing else'],
  },
  'theta-horovod': {
    about: 'the same as bnn_hvd saw it, waiting for Horovod included',
    mostRanks: 65_536,
    between: aries,
    within: aries,
    ranksPerNode: 1,
    reduceBandwidth: 5e9,
    spread: 0.1764,
    law: 'exponential',
    sources: [...ariesSources, 'spread: fitted to 75.8 ms on 1 node and 82.6 ms on 2, the logs of bnn_hvd'],
  },
  'cluster-ib': {
    about: 'InfiniBand HDR, 32 ranks per node',
    mostRanks: 65_536,
    between: { latency: 1.2e-6, bandwidth: 24e9 },
    within: { latency: 1e-6, bandwidth: 7.5e9 },
    ranksPerNode: 32,
    reduceBandwidth: 15e9,
    spread: 0.02,
    law: 'exponential',
    sources: [
      'between: 1.2 us and 192 Gbit/s, Azure HBv3, docs.azure.cn/en-us/virtual-machines/hbv3-performance',
      'bandwidth within: that of laptop; ranks per node, latency within, reduction and spread: assumed',
    ],
  },
};
