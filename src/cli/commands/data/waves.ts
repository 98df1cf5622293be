import { UsageError, commandOf } from '../../../errors/index.ts';
import type { Given } from '../../command-file.ts';
import { display } from '../../configuration/index.ts';
import { Bar } from '../../progress/bar.ts';
import type { Terminal } from '../../terminal.ts';
import { number } from '../../values.ts';
import { version } from '../../version.ts';

interface WaveWords {
  readonly out?: string;
  readonly count?: string;
  readonly test?: string;
  readonly seed?: string;
  readonly peakSnr?: string;
  readonly louder?: string;
  readonly ranks?: string;
  readonly deadline?: string;
}

/** Milliseconds after which a log hears of files in the making. */
const silence = 20_000;

/** `credence data gw`: files of gravitational waves, in the layout of the original. */
export async function makeWaves({ json, ...given }: Given, { stdout, stderr }: Terminal): Promise<number> {
  const task = readWaves(given);
  const { makeSignalFiles } = await import('../../../compose/index.ts');
  const bar = stderr.isTTY ? new Bar(stderr) : null;
  let heard = performance.now();
  const began = heard;
  const told = (done: number, total: number): void => {
    const share = `${done} of ${total}`;
    if (bar) return bar.draw('windows', done / total, share);
    if (json || performance.now() - heard < silence) return;
    heard = performance.now();
    stderr.write(`windows  ${share}\n`);
  };
  try {
    if (!(await makeSignalFiles(task, told))) return 0;
  } finally {
    bar?.clear();
  }
  const { folder, count, test } = task;
  const seconds = (performance.now() - began) / 1000;
  if (json) stdout.write(`${JSON.stringify({ folder, count, test, seconds })}\n`);
  else {
    stdout.write(
      `${folder}: ${count} binaries to train on, each in 7 files from loud to faint, ${test} others to test on; ${seconds.toFixed(1)} s\n` +
        `train on them: ${commandOf('train', 'GW_BNN', '--data', [folder])}\n`,
    );
  }
  return 0;
}

/** @throws UsageError */
export function readWaves(given: Pick<Given, 'words' | 'options'>) {
  if (given.words.length > 1) {
    throw new UsageError('credence data gw takes no name', { got: display(given.words[1]) });
  }
  const words = given.options<WaveWords>();
  const whole = (name: keyof WaveWords, text: string, least: number, most: number) =>
    number(name, text, least, most, Number.isInteger);
  if (words.out === undefined) {
    throw new UsageError('credence data gw: --out is missing', { expected: 'the folder that the files go to' });
  }
  const count = whole('count', words.count ?? '2000', 1, 10_000_000);
  return {
    folder: words.out,
    count,
    test: whole('test', words.test ?? `${Math.ceil(count / 10)}`, 0, 10_000_000),
    seed: whole('seed', words.seed ?? '0', 0, Number.MAX_SAFE_INTEGER),
    peakSnr: range(words.peakSnr ?? '1,3'),
    louder: number('louder', words.louder ?? '10', 1, 1000),
    ranks: words.ranks === undefined ? null : whole('ranks', words.ranks, 1, 4096),
    deadline: number('deadline', words.deadline ?? '30', 1e-3, 86_400),
    program: `credence ${version()}`,
  };
}

function range(text: string): readonly [number, number] {
  const list = text.split(',').map((one) => number('peakSnr', one, 1e-6, 1e6));
  const [least, most] = list;
  if (list.length === 2 && least! <= most!) return [least!, most!];
  throw new UsageError('--peakSnr', { got: display(text), expected: 'two numbers above 0 in order, such as 1,3' });
}
