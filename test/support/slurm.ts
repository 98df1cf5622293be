/**
 * A Slurm of one's own: munged, slurmctld and two slurmd on this machine, with configuration, keys, state and logs in a
 * temporary folder, on free ports. Nothing outside of it is read or written. Needs Debian's slurm-wlm and munge.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface Slurm {
  /** for the commands of Slurm, and for what calls them */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Debian has the daemons where only root's path leads. */
const path = `${process.env['PATH']}:/usr/sbin:/sbin`;

export const hasSlurm = ['munged', 'slurmctld', 'slurmd', 'srun', 'sbatch'].every(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: { ...process.env, PATH: path } }).status === 0,
);

const nodes = ['node1', 'node2'];

export async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-slurm-'));
  const daemons: ChildProcess[] = [];
  const conf = join(folder, 'slurm.conf');
  const env = { SLURM_CONF: conf, PATH: path };
  const stop = async (): Promise<void> => {
    // Jobs first: what they started would outlive the daemons.
    await run('scancel', ['--quiet', '--user', userInfo().username], env);
    await until(async () => (await run('squeue', ['-h'], env)).trim() === '', 10_000).catch(() => {});
    await Promise.all(daemons.toReversed().map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const name of ['state', 'munge', ...nodes]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'munge/key'), randomBytes(128), { mode: 0o600 });
    chmodSync(join(folder, 'munge'), 0o711);
    writeFileSync(conf, configuration(folder, await freePorts(1 + nodes.length)));
    const socket = join(folder, 'munge/socket');
    daemons.push(
      daemon(folder, 'munged', [
        '--foreground',
        '--force',
        `--key-file=${join(folder, 'munge/key')}`,
        `--socket=${socket}`,
        `--pid-file=${join(folder, 'munge/pid')}`,
        `--seed-file=${join(folder, 'munge/seed')}`,
      ]),
    );
    await until(async () => existsSync(socket), 20_000);
    daemons.push(daemon(folder, 'slurmctld', ['-D', '-f', conf]));
    for (const name of nodes) daemons.push(daemon(folder, 'slurmd', ['-D', '-f', conf, '-N', name]));
    const idle = `${nodes.length}`;
    await until(async () => (await run('sinfo', ['-h', '-t', 'idle', '-o', '%D'], env)).trim() === idle, 40_000);
    return { env, stop };
  } catch (error) {
    const said = ['munged', 'slurmctld', 'slurmd'].map((name) => {
      const log = join(folder, `${name}.log`);
      return existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : '';
    });
    await stop();
    throw new Error(`Slurm does not start: ${said.join('\n')}`, { cause: error });
  }
}

/** MpiDefault=none is what Debian has, and many a cluster. */
function configuration(folder: string, [controller, ...ports]: readonly number[]): string {
  return `ClusterName=credence
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${userInfo().username}
SlurmdUser=${userInfo().username}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
${nodes.map((name, i) => `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=4`).join('\n')}
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** Ends when this process does, however it ends: its input is then at its end. */
function daemon(folder: string, program: string, words: readonly string[]): ChildProcess {
  const script = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & pid=$!; read -r _; kill $pid; wait $pid';
  const shell = ['-c', script, 'credence-slurm', join(folder, `${program}.log`), program, ...words];
  return spawn('/bin/sh', shell, { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, PATH: path } });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.stdin?.end('\n');
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function run(program: string, words: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 20_000 };
    execFile(program, [...words], options, (error, stdout) => resolve(error ? 'no answer' : stdout));
  });
}

async function until(condition: () => Promise<boolean>, patience: number): Promise<void> {
  const begin = performance.now();
  while (!(await condition())) {
    if (performance.now() - begin > patience) throw new Error(`waited ${patience / 1000} s in vain`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
