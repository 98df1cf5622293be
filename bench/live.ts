/**
 * What a browser that looks at the live page costs a training: the time of a step while one looks against that while none does, in
 * turns of one and the same training, neighbours against each other. The page is in a process of its own, and drawn only while somebody looks.
 *
 *   npx tsx bench/live.ts [--ranks 1] [--turns 24] [--seconds 10]
 *
 * Prints the median over the pairs of turns, and their quartiles: 1.01 is one per cent more per step while the page is looked at. On a
 * machine whose speed changes by more than that from one turn to the next, the second line says what can be meant: how much the
 * process of the page computes, looked at for half of the time, after a minute for which it was looked at (Linux).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    ranks: { type: 'string', default: '1' },
    turns: { type: 'string', default: '24' },
    seconds: { type: 'string', default: '10' },
  },
});
const [ranks, turns, seconds] = [values.ranks, values.turns, values.seconds].map(Number) as [number, number, number];

const folder = mkdtempSync(join(tmpdir(), 'credence-live-'));
const run = join(folder, 'run');
const main = join(import.meta.dirname, '../dist/cli/main.js');
const words = ['--model', 'BNN_conv_flip', '--ranks', `${ranks}`, '--slices', `${ranks}`, '--iteration', '1000000'];
const training = spawn(process.execPath, [main, 'train', ...words, '--out', run, '--watch'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
const ended = new Promise((done) => training.once('close', done));
const address = await new Promise<string>((found, failed) => {
  createInterface(training.stderr).on('line', (line) => {
    const [, at] = /live page: (\S+)/.exec(line) ?? [];
    if (at) found(at);
  });
  void ended.then(() => failed(new Error('the training has ended before there was a page')));
});

/** What a browser does: the page, and then what is new, as long as it looks. */
async function look(milliseconds: number): Promise<void> {
  const gone = AbortSignal.timeout(milliseconds);
  try {
    const revision = /data-revision="(\d+)"/.exec(await (await fetch(address, { signal: gone })).text())?.[1];
    const news = await fetch(new URL(`events?since=${revision}`, address), { signal: gone });
    for await (const _ of news.body!);
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}

/** Seconds that the process of the page has computed; NaN where nothing tells. */
function computed(): number {
  try {
    const threads = readdirSync(`/proc/${training.pid}/task`);
    const children = threads.map((thread) => readFileSync(`/proc/${training.pid}/task/${thread}/children`, 'utf8'));
    const page = children.join(' ').trim().split(/\s+/).find(isPage);
    // fields 14 and 15 of proc(5), of which the second may hold spaces: ticks of a hundredth of a second
    const fields = readFileSync(`/proc/${page}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

function isPage(pid: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('attached.js');
}

interface Turn {
  readonly isLooking: boolean;
  readonly from: number;
  readonly to: number;
}

const taken: Turn[] = [];
await look(60_000);
const first = computed();
const started = Date.now() / 1e3;
for (let i = 0; i < turns; i++) {
  // now the one first, now the other
  const isLooking = i % 4 === 0 || i % 4 === 3;
  const from = Date.now() / 1e3;
  await (isLooking ? look(1e3 * seconds) : sleep(1e3 * seconds));
  taken.push({ isLooking, from, to: Date.now() / 1e3 });
}
const share = (computed() - first) / (Date.now() / 1e3 - started);
training.kill('SIGTERM');
await ended;

const steps = readFileSync(join(run, 'timing.csv'), 'utf8').trimEnd().split('\n').slice(1).map(stepOf);
rmSync(folder, { recursive: true });
const meanOf = ({ from, to }: Turn) => {
  const own = steps.filter(({ at }) => at >= from && at < to);
  return own.reduce((sum, step) => sum + step.seconds, 0) / own.length;
};
const ratios = Array.from({ length: turns >> 1 }, (_, pair) => {
  const [a, b] = taken.slice(2 * pair, 2 * pair + 2) as [Turn, Turn];
  return a.isLooking ? meanOf(a) / meanOf(b) : meanOf(b) / meanOf(a);
}).toSorted((a, b) => a - b);
const quantile = (q: number) => ratios[Math.floor(q * (ratios.length - 1))]!;
const milliseconds = (1e3 * steps.reduce((sum, step) => sum + step.seconds, 0)) / steps.length;
console.log(
  `${ranks} ${ranks === 1 ? 'rank' : 'ranks'}, ${steps.length} steps of ${milliseconds.toFixed(2)} ms: while the page is looked at ` +
    `${quantile(0.5).toFixed(4)} times as long (quartiles ${quantile(0.25).toFixed(4)} to ${quantile(0.75).toFixed(4)}, ${ratios.length} pairs of turns)`,
);
console.log(
  `the page computes ${first.toFixed(1)} s in its first minute, and then ${(100 * share).toFixed(2)} % of one core in the mean`,
);

function stepOf(line: string): { readonly seconds: number; readonly at: number } {
  const [, own, , start] = line.split(',').map(Number);
  return { seconds: own!, at: start! };
}
