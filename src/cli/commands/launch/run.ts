import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError, UsageError, quoteAll } from '../../../errors/index.ts';
import {
  type Host,
  type Launcher,
  type Plan,
  canTag,
  chooseLauncher,
  commandLineOf,
  countOf,
  isBatchJob,
  launcherNames,
  parseHosts,
  probeBySsh,
  reachable,
  readHostfile,
  startJob,
  supervise,
} from '../../../launch/index.ts';
import { isHeld } from '../../../run/index.ts';
import type { Given } from '../../command-file.ts';
import { display } from '../../configuration/index.ts';
import { freeFolder, innerCommand, innerData, self } from '../../inner-command.ts';
import { type TrainRequest, readTrainRequest } from '../../request.ts';
import type { Terminal } from '../../terminal.ts';

interface LaunchOptions {
  /** how many ranks */
  readonly n?: string;
  readonly hosts?: string;
  readonly hostfile?: string;
  readonly launcher?: string;
  readonly launcherOption?: readonly string[];
  readonly restarts?: string;
  readonly timeline?: string;
}

/**
 * `credence launch`: starts the ranks of a training, waits for them, and starts them again where that is asked for.
 * @returns the exit code of the ranks, as their launcher tells it
 */
export async function launch(given: Given, terminal: Terminal): Promise<number> {
  const data = await innerData('launch -n COUNT', given.inner, given.parse);
  if (data === null) return 0;
  const options = given.options<LaunchOptions>();
  if (data) {
    const { inner } = given;
    if (options.timeline !== undefined) throw new UsageError('--timeline is of a training', { got: inner.join(' ') });
    const isJson = given.json || data.json;
    const words = isJson && !inner.includes('--json') ? [...inner, '--json'] : inner;
    // files that are complete are kept
    return startRanks(given, terminal, isJson, async () => ({ words: () => words, isFree: async () => {} }));
  }
  const inner = await innerCommand('launch -n COUNT', given.inner, given.parse);
  if (inner === null) return 0;
  const isJson = given.json || inner.json;
  return startRanks(given, terminal, isJson, async () => {
    const request = await readTrainRequest(inner);
    const { folder } = request;
    const run = folder.kind === 'unique' ? freeFolder(folder.parent, folder.name) : folder.path;
    const timeline = timelineOf(options, request);
    const words = wordsOf(given.inner, { request, run, restarts: restartsOf(options), isJson, timeline });
    return { words, isFree: () => untilFree(run) };
  });
}

interface Job {
  /** what each rank gets */
  words(attempt: number): readonly string[];
  /** before it is started again */
  isFree(): Promise<void>;
}

/** @param prepare called once it is clear that ranks can be started */
async function startRanks(
  given: Given,
  terminal: Terminal,
  isJson: boolean,
  prepare: () => Promise<Job>,
): Promise<number> {
  const options = given.options<LaunchOptions>();
  const hosts = hostsOf(options);
  const ranks = countOf(options.n ?? null, hosts);
  const restarts = restartsOf(options);
  const launcher = chooseLauncher(launcherNameOf(options), hosts);
  const job = await prepare();
  const tell = (text: string): void => void terminal.stderr.write(`credence launch: ${text}\n`);
  const isTagged = canTag(launcher.dialect);
  const usable = defaultHosts(hosts, ranks, launcher);
  const code = await supervise({
    restarts,
    tell,
    async start(attempt) {
      if (attempt > 0) await job.isFree();
      const left = await answering(usable, attempt, tell);
      if (left?.length === 0) return null;
      const slots = left?.reduce((sum, host) => sum + host.slots, 0) ?? ranks;
      const plan: Plan = {
        ranks: Math.min(ranks, slots),
        hosts: left,
        command: [...self(), ...job.words(attempt)],
        isTagged,
        isRoot: process.getuid?.() === 0,
        options: options.launcherOption ?? [],
      };
      const line = commandLineOf(launcher, plan);
      if (given.verbose) tell(quoteAll([line.program, ...line.words]));
      const write = (stream: 'stdout' | 'stderr', text: string, rank: number | null): void => {
        terminal[stream].write(isJson || rank === null ? `${text}\n` : `[${rank}]<${stream}>:${text}\n`);
      };
      return startJob(line, { dialect: launcher.dialect, write: isTagged ? write : null });
    },
  });
  if (code > 2) tell(`${launcher.program} ended with exit code ${code}`);
  return code;
}

function hostsOf({ hosts, hostfile }: LaunchOptions): Host[] | null {
  if (hosts !== undefined && hostfile !== undefined) {
    throw new UsageError('-H and --hostfile exclude each other', { remedy: 'Leave one of them away' });
  }
  if (hosts !== undefined) return parseHosts(hosts);
  return hostfile === undefined ? null : readHostfile(hostfile);
}

function restartsOf({ restarts }: LaunchOptions): number {
  if (restarts === undefined) return 0;
  if (/^\d{1,4}$/.test(restarts)) return Number(restarts);
  throw new UsageError(`--restarts ${display(restarts)}`, { expected: 'how often to start again, 0 to 9999' });
}

function launcherNameOf({ launcher }: LaunchOptions) {
  const name = launcherNames.find((known) => known === launcher);
  if (launcher === undefined || name !== undefined) return name ?? null;
  throw new UsageError(`--launcher ${display(launcher)}`, { expected: launcherNames.join(', ') });
}

/** Outside of a batch job mpiexec counts cores unless it is told of slots. */
function defaultHosts(hosts: Host[] | null, ranks: number, { dialect }: Launcher): Host[] | null {
  const isMpiexec = dialect === 'openmpi' || dialect === 'hydra';
  return hosts === null && isMpiexec && !isBatchJob(process.env) ? [{ name: 'localhost', slots: ranks }] : hosts;
}

/**
 * The hosts to start on. At first all must answer; after a failure those that do are enough.
 * @throws UnavailableError that names the hosts that do not
 */
async function answering(hosts: Host[] | null, attempt: number, tell: (text: string) => void): Promise<Host[] | null> {
  if (hosts === null) return null;
  const { there, lost } = await reachable(hosts, probeBySsh);
  if (lost.length > 0 && attempt === 0) {
    throw new UnavailableError(`no answer from ${lost.join(', ')}`, {
      expected: 'ssh without a password to every host',
      remedy: `Try: ${quoteAll(['ssh', '-o', 'BatchMode=yes', '--', lost[0]!, 'true'])}`,
    });
  }
  if (lost.length > 0) tell(`no answer from ${lost.join(', ')}: going on without`);
  if (there.length === 0) tell('no host is left');
  return there;
}

/** The ranks of the attempt before may be about to end, and one of them holds the folder until it has. */
async function untilFree(run: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (isHeld(run) && performance.now() < end) await sleep(100);
}

interface Wish {
  readonly request: TrainRequest;
  /** the run folder */
  readonly run: string;
  readonly restarts: number;
  readonly isJson: boolean;
  readonly timeline: string | null;
}

function timelineOf({ timeline }: LaunchOptions, request: TrainRequest): string | null {
  if (timeline !== undefined && request.timeline !== null) {
    throw new UsageError('--timeline stands before train and behind it', { remedy: 'Leave one of them away' });
  }
  return timeline ?? request.timeline;
}

/** What each attempt asks of the ranks: what was typed; once there is a run to go on with, that it goes on. */
function wordsOf(typed: readonly string[], { request: { folder }, run, restarts, isJson, timeline }: Wish) {
  const isChosen = folder.kind === 'unique' && restarts > 0;
  const said = [...typed, ...(isJson && !typed.includes('--json') ? ['--json'] : [])];
  const traced = (attempt: number) => (timeline === null ? [] : ['--timeline', ofAttempt(timeline, attempt)]);
  const fresh = isChosen ? [...said, '--out', run] : said;
  const spoken = ['--json', '--verbose'].filter((word) => said.includes(word));
  return (attempt: number): string[] => {
    const goesOn = attempt > 0 && folder.kind !== 'resume' && existsSync(join(run, 'config.yaml'));
    return [...(goesOn ? ['train', '--resume', run, ...spoken] : fresh), ...traced(attempt)];
  };
}

/** `trace.json`, of the first restart `trace.restart-1.json`: each attempt has a timeline of its own. */
function ofAttempt(path: string, attempt: number): string {
  const { dir, name, ext } = parse(path);
  return attempt === 0 ? path : join(dir, `${name}.restart-${attempt}${ext}`);
}
