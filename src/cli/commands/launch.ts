import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { UnavailableError, UsageError } from '../../errors/index.ts';
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
} from '../../launch/index.ts';
import type { LaunchCommand } from '../command-line.ts';
import { display } from '../configuration/index.ts';
import { freeFolder, innerCommand, self } from '../inner-command.ts';
import { type TrainRequest, readTrainRequest } from '../request.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `credence launch`: starts the ranks of a training, waits for them, and starts them again where that is asked for.
 * @returns the exit code of the ranks, as their launcher tells it
 */
export async function launch(command: LaunchCommand, terminal: Terminal): Promise<number> {
  if (command.checkBuild) return (await import('../check-build.ts')).checkBuild(command, terminal);
  const inner = innerCommand('launch -n COUNT', command.words, terminal);
  if (inner === null) return 0;
  const hosts = hostsOf(command);
  const ranks = countOf(command.ranks, hosts);
  const restarts = restartsOf(command);
  const launcher = chooseLauncher(launcherNameOf(command), hosts);
  const request = await readTrainRequest(inner);
  const tell = (text: string): void => void terminal.stderr.write(`credence launch: ${text}\n`);
  const isJson = command.json || inner.json;
  const isTagged = canTag(launcher.dialect);
  const words = wordsOf(command.words, { request, restarts, isJson, timeline: timelineOf(command, request) });
  const usable = defaultHosts(hosts, ranks, launcher);
  const code = await supervise({
    restarts,
    tell,
    async start(attempt) {
      const left = await answering(usable, attempt, tell);
      if (left?.length === 0) return null;
      const slots = left?.reduce((sum, host) => sum + host.slots, 0) ?? ranks;
      const plan: Plan = {
        ranks: Math.min(ranks, slots),
        hosts: left,
        command: [...self(), ...words(attempt)],
        isTagged,
        isRoot: process.getuid?.() === 0,
      };
      const line = commandLineOf(launcher, plan);
      if (command.verbose) tell([line.program, ...line.words].join(' '));
      const write = (stream: 'stdout' | 'stderr', text: string, rank: number | null): void => {
        terminal[stream].write(isJson || rank === null ? `${text}\n` : `[${rank}]<${stream}>:${text}\n`);
      };
      return startJob(line, { dialect: launcher.dialect, write: isTagged ? write : null });
    },
  });
  if (code > 2) tell(`${launcher.program} ended with exit code ${code}`);
  return code;
}

function hostsOf({ hosts, hostfile }: LaunchCommand): Host[] | null {
  if (hosts !== null && hostfile !== null) {
    throw new UsageError('-H and --hostfile exclude each other', { remedy: 'Leave one of them away' });
  }
  if (hosts !== null) return parseHosts(hosts);
  return hostfile === null ? null : readHostfile(hostfile);
}

function restartsOf({ restarts }: LaunchCommand): number {
  if (restarts === null) return 0;
  if (/^\d{1,4}$/.test(restarts)) return Number(restarts);
  throw new UsageError(`--restarts ${display(restarts)}`, { expected: 'how often to start again, 0 to 9999' });
}

function launcherNameOf({ launcher }: LaunchCommand) {
  const name = launcherNames.find((known) => known === launcher);
  if (launcher === null || name !== undefined) return name ?? null;
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
      remedy: `Try: ssh -o BatchMode=yes ${lost[0]} true`,
    });
  }
  if (lost.length > 0) tell(`no answer from ${lost.join(', ')}: going on without`);
  if (there.length === 0) tell('no host is left');
  return there;
}

interface Wish {
  readonly request: TrainRequest;
  readonly restarts: number;
  readonly isJson: boolean;
  readonly timeline: string | null;
}

function timelineOf({ timeline }: LaunchCommand, request: TrainRequest): string | null {
  if (timeline !== null && request.timeline !== null) {
    throw new UsageError('--timeline stands before train and behind it', { remedy: 'Leave one of them away' });
  }
  return timeline ?? request.timeline;
}

/** What each attempt asks of the ranks: what was typed; once there is a run to go on with, that it goes on. */
function wordsOf(typed: readonly string[], { request: { folder }, restarts, isJson, timeline }: Wish) {
  const isChosen = folder.kind === 'unique' && restarts > 0;
  const run = folder.kind === 'unique' ? freeFolder(folder.parent, folder.name) : folder.path;
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
