import { hostname } from 'node:os';
import { CommunicationError } from '../../errors/index.ts';
import type { Communicator } from '../communicator.ts';
import { type LaunchedAs, rankFromEnvironment } from '../environment.ts';
import { WaitClock } from '../wait-clock.ts';
import { type MpiChannels, MpiCommunicator } from './communicator.ts';
import { MpiFunctions } from './functions.ts';
import { loadLibrary } from './library.ts';
import { guarded } from './watchdog.ts';

export interface MpiOptions {
  /** seconds without progress that a wait may last; 30 unless given */
  readonly deadlineSeconds?: number;
  /** seconds until all ranks must have started; `deadlineSeconds` unless given */
  readonly startSeconds?: number;
  /** process.env unless given */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const hostBytes = 64;

/**
 * Joins the MPI job that this process was started in; a process of its own is a job of one rank. Once per process.
 * @throws UnavailableError when there is no MPI here
 */
export async function joinMpi(options: MpiOptions = {}): Promise<Communicator> {
  const { deadlineSeconds = 30, startSeconds = deadlineSeconds, env = process.env } = options;
  keepHandsOff();
  const library = await loadLibrary(env);
  const mpi = new MpiFunctions(library);
  const launched = rankFromEnvironment(env);
  const host = hostname();
  const deadline = 1000 * startSeconds;
  const join = () => start(mpi);
  const { channels, rank, size } = launched ? guarded(join, deadline, lateMessage(launched, host, deadline)) : join();
  if (launched && size === 1 && (launched.size ?? 1) > 1) {
    throw new CommunicationError('the launcher and the MPI library do not belong together', {
      got: `rank ${launched.rank} of ${launched.size} from the launcher, rank 0 of 1 from ${mpi.abi.name} (${library.path})`,
      remedy: remedyFor(launched),
    });
  }
  const hosts = gatherHosts(mpi, channels.diagnosis, host, size, deadline);
  const localRank = hosts.slice(0, rank).filter((other) => other === host).length;
  return new MpiCommunicator(mpi, channels, { rank, size, localRank, host }, hosts, 1000 * deadlineSeconds);
}

/**
 * UCX, under MPICH and many an Open MPI, rewrites mmap and its kin in the running process and takes over SIGSEGV. Node
 * has threads that call mmap while that happens (processes hung or crashed in about one start of twelve on a busy machine), and
 * needs SIGSEGV for WebAssembly. The registration of memory with a network adapter can do without, a little slower; who
 * wants it back sets the variables.
 */
function keepHandsOff(): void {
  const settings = {
    UCX_MEM_EVENTS: 'no',
    UCX_MEM_MMAP_HOOK_MODE: 'none',
    UCX_MEM_MALLOC_HOOKS: 'no',
    UCX_HANDLE_ERRORS: 'none',
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}

/** What waits for all ranks inside of MPI. */
function start(mpi: MpiFunctions): { channels: MpiChannels; rank: number; size: number } {
  mpi.call('MPI_Init', 0, 0);
  const { world } = mpi.abi;
  const channels = {
    headers: mpi.duplicate(world),
    payloads: mpi.duplicate(world),
    results: mpi.duplicate(world),
    diagnosis: mpi.duplicate(world),
  };
  return { channels, rank: mpi.number('MPI_Comm_rank', world), size: mpi.number('MPI_Comm_size', world) };
}

function remedyFor({ launcher }: LaunchedAs): string {
  return launcher === 'slurm'
    ? 'Let srun tell the ranks of each other: srun --mpi=pmi2 for MPICH and its kin, --mpi=pmix for Open MPI ' +
        '(srun --mpi=list shows what this Slurm has); or start them with mpiexec'
    : 'Start with the mpiexec of that library, or name the library of your mpiexec in CREDENCE_MPI';
}

function lateMessage({ rank, size }: LaunchedAs, host: string, deadline: number): string {
  const of = size === null ? '' : ` of ${size}`;
  return (
    `rank ${rank}${of} on ${host} waited ${deadline / 1000} s in MPI_Init: not all ranks have started. ` +
    'Look at the other hosts; give a longer --deadline if they take that long'
  );
}

function gatherHosts(mpi: MpiFunctions, communicator: number, host: string, size: number, deadline: number): string[] {
  const own = new Uint8Array(new SharedArrayBuffer(hostBytes));
  const all = new Uint8Array(new SharedArrayBuffer(hostBytes * size));
  own.set(new TextEncoder().encode(host).subarray(0, hostBytes));
  const request = mpi.slots(1);
  const { bytes } = mpi.abi;
  const [from, to] = [mpi.address(own), mpi.address(all)];
  mpi.call('MPI_Iallgather', from, hostBytes, bytes, to, hostBytes, bytes, communicator, request.address);
  const clock = new WaitClock();
  const still = new Int32Array(new SharedArrayBuffer(4));
  while (!mpi.test(request.address)) {
    if (clock.look() > deadline) {
      throw new CommunicationError(`host ${host} waited ${deadline / 1000} s for all ${size} ranks to start`);
    }
    Atomics.wait(still, 0, 0, 1);
  }
  return Array.from({ length: size }, (_, rank) => {
    const name = all.slice(rank * hostBytes, (rank + 1) * hostBytes);
    const end = name.indexOf(0);
    return new TextDecoder().decode(end < 0 ? name : name.subarray(0, end));
  });
}
