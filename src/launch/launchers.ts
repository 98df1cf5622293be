import { UsageError } from '../errors/index.ts';
import { type Host, assertHosts } from './hosts.ts';
import { assertPlain, assertProgram } from './plain.ts';

export const launcherNames = ['threads', 'mpiexec', 'srun', 'aprun', 'jsrun', 'flux'] as const;
export type LauncherName = (typeof launcherNames)[number];

/** Whose command line, and whose manners: `mpiexec` is that of Open MPI, that of MPICH (hydra) or that of Cray (pals). */
export type Dialect = 'threads' | 'openmpi' | 'hydra' | 'pals' | 'srun' | 'aprun' | 'jsrun' | 'flux';

export interface Launcher {
  readonly dialect: Dialect;
  /** what is started; of threads, Node itself */
  readonly program: string;
  /** the library that belongs to it, where that can be known */
  readonly library: string | null;
}

/** How the ranks of a batch job lie on its nodes. */
export interface Layout {
  readonly nodes: number;
  readonly ranksPerNode: number;
  readonly threadsPerRank: number;
  /** hardware threads of a core that are used */
  readonly threadsPerCore: number;
}

/** What is to be started, and where. */
export interface Plan {
  readonly ranks: number;
  /** null: wherever the launcher puts them */
  readonly hosts: readonly Host[] | null;
  /** of one rank: the program and its words */
  readonly command: readonly string[];
  /** whether each line says which rank has written it */
  readonly isTagged: boolean;
  /** Open MPI starts nothing for root unless it is told to */
  readonly isRoot: boolean;
  /** absent: as the launcher sees fit. The mpiexec of Open MPI and MPICH learn it from the batch system itself */
  readonly layout?: Layout;
  /** further words for the launcher, behind those that follow from the plan */
  readonly options?: readonly string[];
}

export interface CommandLine {
  readonly program: string;
  readonly words: readonly string[];
}

/** Flags of one dialect, in front of the command of a rank. */
type Flags = (plan: Plan, environment: readonly Variable[]) => string[];
type Variable = readonly [name: string, value: string];

const flags: Readonly<Record<Dialect, Flags>> = {
  threads: () => [],
  openmpi: ({ ranks, hosts, isTagged, isRoot }, environment) => [
    // without it a stop that ends with exit code 1 is told in a paragraph
    '-q',
    ...(isRoot ? ['--allow-run-as-root'] : []),
    ...(hosts ? ['-H', slotsOf(hosts)] : []),
    ...(isTagged ? ['--tag-output'] : []),
    ...environment.flatMap(([name, value]) => ['-x', `${name}=${value}`]),
    '-n',
    `${ranks}`,
  ],
  hydra: ({ ranks, hosts, isTagged }, environment) => [
    ...(hosts ? ['-hosts', slotsOf(hosts)] : []),
    ...(isTagged ? ['-prepend-rank'] : []),
    ...environment.flatMap(([name, value]) => ['-genv', name, value]),
    '-n',
    `${ranks}`,
  ],
  pals: ({ ranks, hosts, layout }, environment) => [
    '-n',
    `${ranks}`,
    ...(hosts ? ['--hosts', namesOf(hosts)] : []),
    ...(layout ? ['--ppn', `${layout.ranksPerNode}`, `--depth=${layout.threadsPerRank}`, '--cpu-bind', 'depth'] : []),
    ...environment.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ],
  srun: ({ ranks, hosts, isTagged, layout }, environment) => [
    '-n',
    `${ranks}`,
    ...(layout
      ? [
          '-N',
          `${layout.nodes}`,
          `--ntasks-per-node=${layout.ranksPerNode}`,
          // since Slurm 22.05 a step does not take it from the job
          `--cpus-per-task=${layout.threadsPerRank}`,
        ]
      : []),
    ...(hosts ? ['-w', namesOf(hosts), ...perHost(hosts, ranks, (each) => [`--ntasks-per-node=${each}`])] : []),
    ...(isTagged ? ['--label'] : []),
    // one rank that ends ends all: the others would only wait for it
    '--kill-on-bad-exit=1',
    ...(environment.length > 0 ? [`--export=ALL,${environment.map((pair) => pair.join('=')).join(',')}`] : []),
  ],
  aprun: ({ ranks, hosts, layout }, environment) => [
    '-n',
    `${ranks}`,
    ...(layout
      ? [
          '-N',
          `${layout.ranksPerNode}`,
          '-cc',
          'depth',
          '-d',
          `${layout.threadsPerRank}`,
          '-j',
          `${layout.threadsPerCore}`,
          '-e',
          `OMP_NUM_THREADS=${layout.threadsPerRank}`,
        ]
      : []),
    ...(hosts ? ['-L', namesOf(hosts), ...perHost(hosts, ranks, (each) => ['-N', `${each}`])] : []),
    ...environment.flatMap(([name, value]) => ['-e', `${name}=${value}`]),
  ],
  jsrun: ({ ranks, hosts, isTagged, layout }, environment) => {
    if (hosts) {
      throw new UsageError('jsrun takes no list of hosts', { remedy: 'Leave -H and --hostfile away: LSF has them' });
    }
    return [
      '--nrs',
      `${ranks}`,
      '--tasks_per_rs',
      '1',
      '--cpu_per_rs',
      `${layout ? coresOfRank(layout) : 1}`,
      ...(layout ? ['--rs_per_host', `${layout.ranksPerNode}`, '--bind', `packed:${coresOfRank(layout)}`] : []),
      ...(isTagged ? ['--stdio_mode', 'prepended'] : []),
      ...environment.flatMap(([name, value]) => ['-E', `${name}=${value}`]),
    ];
  },
  flux: ({ ranks, hosts, isTagged, layout }, environment) => [
    'run',
    '-n',
    `${ranks}`,
    ...(layout ? ['-N', `${layout.nodes}`, '-c', `${coresOfRank(layout)}`] : []),
    ...(hosts ? [`--requires=hosts:${namesOf(hosts)}`] : []),
    ...(isTagged ? ['--label-io'] : []),
    ...environment.map(([name, value]) => `--env=${name}=${value}`),
  ],
};

/** Cores that a rank takes. */
export function coresOfRank({ threadsPerRank, threadsPerCore }: Layout): number {
  return Math.ceil(threadsPerRank / threadsPerCore);
}

/**
 * The command line that starts the ranks of a plan.
 * @throws UsageError for a plan that this launcher cannot carry out, and for a name that it, or a shell on the way, would take
 * for something else
 */
export function commandLineOf({ dialect, program, library }: Launcher, plan: Plan): CommandLine {
  const environment: Variable[] = library === null ? [] : [['CREDENCE_MPI', libraryPath(library)]];
  assertHosts(plan.hosts ?? []);
  assertProgram(plan.command[0], 'what a rank runs');
  for (const word of [...plan.command, ...(plan.options ?? [])]) assertPlain(word, 'a word of the command');
  const alone = wordsAlone(plan.ranks);
  if (dialect === 'threads') {
    const [node, ...words] = plan.command;
    return { program: node, words: [...words, '--ranks', `${plan.ranks}`] };
  }
  const options = plan.options ?? [];
  return { program, words: [...flags[dialect](plan, environment), ...options, ...plan.command, ...alone] };
}

/** Of a list of variables, a comma would begin another one. */
function libraryPath(path: string): string {
  if (/[,\s]/.test(path)) {
    throw new UsageError('CREDENCE_MPI cannot be handed on to the ranks', {
      got: path,
      expected: 'a path without commas and blanks',
    });
  }
  return assertPlain(path, 'CREDENCE_MPI');
}

/** Alone, a launched process is one of its own, which would take a thread per core unless it is told not to. */
export function wordsAlone(ranks: number): readonly string[] {
  return ranks === 1 ? ['--ranks', '1'] : [];
}

/**
 * What asks the ranks for a checkpoint and the end. Open MPI answers SIGTERM by killing them two seconds later, but passes
 * SIGUSR2 on; the others pass SIGTERM on.
 */
export function stopSignal(dialect: Dialect): NodeJS.Signals {
  return dialect === 'openmpi' ? 'SIGUSR2' : 'SIGTERM';
}

const tags: Partial<Readonly<Record<Dialect, RegExp>>> = {
  openmpi: /^\[\d+,(\d+)\]<\w+>:/,
  hydra: /^\[(\d+)\] /,
  srun: /^ *(\d+): /,
  jsrun: /^(\d+): /,
  flux: /^(\d+): /,
};

/** Whether this launcher can tell the lines of its ranks apart. */
export function canTag(dialect: Dialect): boolean {
  return tags[dialect] !== undefined;
}

/** Who has written a tagged line, null for the launcher itself; and what. */
export function readTag(dialect: Dialect, line: string): { readonly rank: number | null; readonly text: string } {
  const [tag, rank] = tags[dialect]?.exec(line) ?? [];
  return tag === undefined ? { rank: null, text: line } : { rank: Number(rank), text: line.slice(tag.length) };
}

function slotsOf(hosts: readonly Host[]): string {
  return hosts.map(({ name, slots }) => `${name}:${slots}`).join(',');
}

function namesOf(hosts: readonly Host[]): string {
  return hosts.map(({ name }) => name).join(',');
}

/** srun and aprun know one number of ranks for all hosts. */
function perHost(hosts: readonly Host[], ranks: number, flag: (each: number) => string[]): string[] {
  if (hosts.some(({ slots }) => slots !== hosts[0].slots)) {
    throw new UsageError('this launcher takes as many ranks on every host', {
      got: slotsOf(hosts),
      expected: 'the same number of slots for all',
    });
  }
  return flag(Math.min(hosts[0].slots, ranks));
}
