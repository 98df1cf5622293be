/**
 * Part `folders`. Damages each file of a run folder in many ways and gives it to the commands that read it: none may hang, take
 * more than a gigabyte, fail with a fault of its own, or answer something else than of the whole folder without a word. Linux.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Ended, endOf, folder, start, writeDigits } from '../../test/cli/process.ts';

const files = [
  'config.yaml',
  'metrics.jsonl',
  'timing.csv',
  'starts.jsonl',
  'evaluations.jsonl',
  'posterior/curves.jsonl',
  'checkpoints/step-40/state.json',
  'checkpoints/step-40/parameters.safetensors',
  'checkpoints/step-40/optimizer.safetensors',
  'run.lock',
];

type Damage = (path: string, content: Buffer) => void;

const at = (content: Buffer, share: number): number => Math.floor(content.length * share);

const damages: Readonly<Record<string, Damage>> = {
  empty: (path) => writeFileSync(path, ''),
  half: (path, content) => writeFileSync(path, content.subarray(0, at(content, 0.5))),
  'without its last byte': (path, content) => writeFileSync(path, content.subarray(0, -1)),
  'another digit': (path, content) =>
    writeFileSync(
      path,
      content
        .toString('latin1')
        .replace(/([^]{40,}?[ :])(\d)/, (_, before, digit) => `${before}${(Number(digit) + 1) % 10}`),
      'latin1',
    ),
  'another bit': (path, content) => {
    const changed = Buffer.from(content);
    if (changed.length > 0) changed[at(content, 0.7)]! ^= 4;
    writeFileSync(path, changed);
  },
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'an endless device': (path) => symlinkSync('/dev/zero', path),
  'a folder': (path) => mkdirSync(path),
  'ten gigabytes of nothing': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 10 * 2 ** 30);
  },
  missing: () => {},
  text: (path) => writeFileSync(path, 'Lorem ipsum: dolor sit amet\n'.repeat(100)),
  zeros: (path, content) => writeFileSync(path, Buffer.alloc(Math.max(64, content.length))),
  'its last line twice': (path, content) => {
    const lines = content.toString('latin1').split('\n');
    writeFileSync(path, [...lines.slice(0, -1), lines.at(-2) ?? '', ''].join('\n'), 'latin1');
  },
};

const commandsOf = (run: string, images: string): readonly (readonly string[])[] => [
  ['train', '--resume', run, '--iteration', '50', '--json'],
  ['evaluate', run, '--draws', '2', '--ranks', '1', '--json'],
  ['predict', run, images, '--draws', '2', '--ranks', '1', '--json'],
  ['report', run, '--json'],
];

const patience = 60_000;
const mostBytes = 1e9;

interface Watched extends Ended {
  /** most memory that it had, bytes */
  readonly peak: number;
  /** whether patience ended it */
  readonly isOver: boolean;
}

/** A command to its end, and the most memory that it had. */
async function watched(words: readonly string[]): Promise<Watched> {
  const child = start(...words);
  let peak = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // it has ended
    }
  }, 20);
  let isOver = false;
  const end = setTimeout(() => {
    isOver = true;
    child.kill('SIGKILL');
  }, patience);
  const ended = await endOf(child);
  clearInterval(look);
  clearTimeout(end);
  return { ...ended, peak, isOver };
}

/** What a command answers, without what no two runs share. */
function answerOf(stdout: string): string {
  try {
    return JSON.stringify(JSON.parse(stdout), (key, value: unknown) =>
      /PerSecond|^seconds$|^report$|^run$|^problems$/.test(key) ? undefined : value,
    );
  } catch {
    return stdout;
  }
}

/** What a command did that none may do; null: nothing. */
function faultOf({ code, signal, stdout, stderr, peak, isOver }: Watched, expected: string): string | null {
  if (isOver) return `no end after ${patience / 1000} s`;
  if (peak > mostBytes) return `${(peak / 1e6).toFixed(0)} MB resident`;
  if (signal !== null || ![0, 1, 2].includes(code!) || /with --verbose to see|^\s+at /m.test(stderr)) {
    return `a fault of its own: ${signal ?? code} ${stderr.trim().split('\n').at(-1)}`;
  }
  const isSilent = code === 0 && stderr === '' && !/"problems":\["/.test(stdout);
  if (!isSilent || answerOf(stdout) === expected) return null;
  return `another answer without a word: ${answerOf(stdout).slice(0, 300)}, of the whole folder ${expected.slice(0, 300)}`;
}

/** @throws Error naming the commands that do what none may do */
export async function folders(): Promise<void> {
  const data = writeDigits('whole-digits');
  const images = join(data, 't10k-images-idx3-ubyte');
  const words = [
    '--data',
    data,
    '--iteration',
    '40',
    '--checkpointEvery',
    '20',
    '--histogramEvery',
    '20',
    '--draws',
    '2',
  ];
  const trained = await endOf(start('train', 'BNN_FC_flip', ...words, '--ranks', '1', '--out', 'whole'));
  if (trained.code !== 0) throw new Error(trained.stderr);
  writeFileSync(join(folder, 'whole/run.lock'), '{"pid":1');
  const expected: string[] = [];
  for (const command of commandsOf('copy', images)) {
    rmSync(join(folder, 'copy'), { recursive: true, force: true });
    cpSync(join(folder, 'whole'), join(folder, 'copy'), { recursive: true });
    expected.push(answerOf((await watched(command)).stdout));
  }
  const cases = files.flatMap((file) => Object.entries(damages).map(([name, damage]) => ({ file, name, damage })));
  const faults: string[] = [];
  let done = 0;
  const work = async (worker: number): Promise<void> => {
    for (let one = cases.shift(); one !== undefined; one = cases.shift()) {
      const { file, name, damage } = one;
      const run = `damaged-${worker}`;
      for (const [i, command] of commandsOf(run, images).entries()) {
        const path = join(folder, run, file);
        rmSync(join(folder, run), { recursive: true, force: true });
        cpSync(join(folder, 'whole'), join(folder, run), { recursive: true });
        const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
        rmSync(path, { force: true });
        damage(path, content);
        const fault = faultOf(await watched(command), expected[i]!);
        done++;
        if (fault !== null) faults.push(`${file}, ${name}: credence ${command.join(' ')}: ${fault}`);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, (_, worker) => work(worker)));
  if (faults.length > 0) throw new Error(`${faults.length} of ${done} commands:\n${faults.join('\n')}`);
  console.log(`folders: ${done} commands over damaged run folders, each ended as it should`);
}
