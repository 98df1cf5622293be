/**
 * The reduction of gradients alone: 4.4 MB of float32 (BNN_conv_flip's) over two ranks, as threads and under both MPIs,
 * `exact` and `fast`, beside mpi4py's Allreduce on the same libraries. Rounds are interleaved; quote ratios of one run.
 *
 * npx tsx bench/allreduce.ts [--elements 1100000] [--ranks 2] [--rounds 5] [--python PYTHON_WITH_MPI4PY] [--json]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type Communicator, GradientReduction } from '../src/comm/index.ts';
import { joinMpi } from '../src/comm/mpi/index.ts';
import { ThreadGroup, type ThreadSeat, joinThreads } from '../src/comm/threads/index.ts';
import { spread } from '../src/machine/index.ts';

/** median milliseconds by what was measured */
type Times = Readonly<Record<string, number>>;

const { values } = parseArgs({
  options: {
    elements: { type: 'string', default: '1100000' },
    ranks: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    python: { type: 'string' },
    json: { type: 'boolean', default: false },
    rank: { type: 'boolean', default: false },
  },
});
const elements = Number(values.elements);
const ranks = Number(values.ranks);
const repetitions = 150;

/** What each rank runs. Zeros: sums that grow would end at infinity. */
function measure(communicator: Communicator): Times {
  const barrier = communicator.barrier('bench');
  // As an engine has them: side by side in one memory.
  const bytes = 64 * Math.ceil((4 * elements) / 64);
  const pages = Math.ceil((6 * bytes) / 65536);
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const floats = (place: number) => new Float32Array(buffer, place * bytes, elements);
  const gradient = floats(0);
  /** @param prepare not counted */
  const median = (prepare: (step: number) => void, work: (step: number) => void): number => {
    const times: number[] = [];
    for (let step = 1; step <= repetitions; step++) {
      prepare(step);
      barrier.run(step);
      const start = performance.now();
      work(step);
      times.push(performance.now() - start);
    }
    return spread(times.slice(repetitions / 5)).median;
  };
  const times: Record<string, number> = {};
  for (const mode of ['exact', 'fast'] as const) {
    for (const [name, most] of Object.entries({ '1 MiB buckets': 2 ** 18, 'one bucket': elements })) {
      const partials = [floats(1)];
      const begins = Array.from({ length: Math.ceil(elements / most) }, (_, i) => i * most);
      const buckets = begins.map((begin) => ({ begin, end: Math.min(elements, begin + most) }));
      const reduction = new GradientReduction({
        ...{ communicator, units: communicator.size, mode, gradient, partials, buckets },
      });
      times[`${mode}, ${name}`] = median(
        (step) => {
          reduction.begin(step);
          reduction.add();
        },
        () => reduction.finish(),
      );
    }
  }
  times.barrier = median(
    () => {},
    (step) => barrier.run(step),
  );
  communicator.close();
  return times;
}

async function threads(): Promise<Times> {
  const group = new ThreadGroup({ size: ranks });
  // A worker cannot be started from a .ts file on Node 20.
  const url = JSON.stringify(import.meta.url);
  const entry = `import('tsx/esm/api').then(({ register }) => (register(), import(${url})));`;
  const workers = Array.from({ length: ranks }, (_, rank) =>
    group.start(rank, entry, { eval: true, execArgv: [], argv: process.argv.slice(2) }),
  );
  return new Promise((resolve, reject) => {
    for (const worker of workers) worker.once('error', reject);
    workers[0].once('message', resolve);
  });
}

function launch(launcher: readonly string[], command: readonly string[], env: NodeJS.ProcessEnv = {}): Times | null {
  const [program, ...flags] = launcher;
  const { stdout, status } = spawnSync(program, [...flags, '-n', `${ranks}`, ...command], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const line = stdout?.split('\n').find((text) => text.startsWith('{'));
  return status === 0 && line ? (JSON.parse(line) as Times) : null;
}

const mpi4py = `
import sys, time, json
from mpi4py import MPI
import numpy
world, values = MPI.COMM_WORLD, numpy.zeros(${elements}, numpy.float32)
result = numpy.zeros_like(values)
def median(work):
    times = []
    for _ in range(${repetitions}):
        world.Barrier()
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    times = sorted(times[${repetitions} // 5:])
    return times[len(times) // 2]
times = {
    'in place': median(lambda: world.Allreduce(MPI.IN_PLACE, values)),
    'two buffers': median(lambda: world.Allreduce(values, result)),
}
if world.rank == 0: print(json.dumps(times), flush=True)
`;

async function main(): Promise<void> {
  const openMpi = ['mpiexec.openmpi', '--allow-run-as-root', '--oversubscribe'];
  const mpich = ['mpiexec.mpich'];
  const own = [process.execPath, '--import', 'tsx', import.meta.filename, '--rank', '--elements', `${elements}`];
  const folder = mkdtempSync(join(tmpdir(), 'credence-bench-'));
  symlinkSync('/usr/lib/x86_64-linux-gnu/libmpich.so.12', join(folder, 'libmpi.so.12'));
  const python = values.python ? [values.python, '-c', mpi4py] : null;
  const runs: Record<string, () => Times | null | Promise<Times | null>> = {
    threads,
    'Open MPI': () => launch(openMpi, own),
    MPICH: () => launch(mpich, own),
    'mpi4py, Open MPI': () => (python ? launch(openMpi, python, { MPI4PY_LIBMPI: 'libmpi.so.40' }) : null),
    'mpi4py, MPICH': () => (python ? launch(mpich, python, { LD_LIBRARY_PATH: folder }) : null),
  };
  const measured = new Map<string, number[]>();
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [name, run] of Object.entries(runs)) {
        for (const [what, milliseconds] of Object.entries((await run()) ?? {})) {
          const key = `${name}: ${what}`;
          measured.set(key, [...(measured.get(key) ?? []), milliseconds]);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const results = [...measured].map(([what, times]) => ({ what, milliseconds: spread(times) }));
  if (values.json) console.log(JSON.stringify({ elements, ranks, results }));
  else {
    for (const { what, milliseconds } of results) {
      const { median, min, max } = milliseconds;
      console.log(`${what.padEnd(32)} ${median.toFixed(3)} ms (${min.toFixed(3)} to ${max.toFixed(3)})`);
    }
  }
}

if (!isMainThread) parentPort!.postMessage(measure(joinThreads((workerData as { seat: ThreadSeat }).seat)));
else if (values.rank) {
  const communicator = await joinMpi();
  const times = measure(communicator);
  if (communicator.rank === 0) console.log(JSON.stringify(times));
} else await main();
