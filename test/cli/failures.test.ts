/** Everything that keeps a command from working, seen as a user does: the line on stderr, the exit code, nothing left behind. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { folder, writeDigits } from './process.ts';
import { recorder } from './request.ts';

const before = process.cwd();
const small = ['train', 'CNN_FC', '--data', 'digits', '--batchSize', '20', '--iteration', '2', '--draws', '1'];

beforeAll(async () => {
  process.chdir(folder);
  writeDigits('digits');
  const labels = readFileSync('digits/train-labels-idx1-ubyte');
  const broken = {
    truncated: labels.subarray(0, 100),
    magic: Buffer.concat([Buffer.from([9, 9, 9, 9]), labels.subarray(4)]),
    label: Buffer.concat([labels.subarray(0, 8), Buffer.alloc(200, 11)]),
  };
  for (const [name, bytes] of Object.entries(broken)) {
    writeDigits(name);
    writeFileSync(join(name, 'train-labels-idx1-ubyte'), bytes);
  }
  mkdirSync('empty');
  await run([...small, '--out', 'trained'], recorder());
  await run(['train', 'BNN_FC_flip', ...small.slice(2), '--out', 'other'], recorder());
  await run([...small, '--kl.schedule', 'linear', '--out', 'annealed'], recorder());
});

afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

async function failureOf(words: readonly string[]): Promise<string> {
  const terminal = recorder();
  const code = await run(words, terminal);
  expect(terminal.out()).toBe('');
  expect(terminal.err()).toMatch(/^credence: .*\n$/);
  return `${code} ${terminal.err().trimEnd()}`;
}

it('is bad usage', async () => {
  const failures: string[] = [];
  for (const words of [
    ['tarin'],
    ['evaluate'],
    ['doctor', 'me'],
    ['train', '--verbse'],
    [...small, '--batchSize', '201', '--out', 'never'],
    [...small, '--replicas', '11', '--out', 'never'],
    [...small, '--slices', '3', '--out', 'never'],
    [...small, '--iteration', 'null', '--epochs', '1e6', '--batchSize', '1', '--out', 'never'],
    [...small, '--out', 'never', '--resume', 'trained'],
    ['train', '--resume', 'nowhere'],
    ['train', '--resume', 'digits'],
    ['train', 'BNN_FC_flip', '--resume', 'trained'],
    ['train', '--resume', 'trained', '--iteration', '1'],
    ['train', '--resume', 'annealed', '--iteration', '3'],
    ['evaluate', 'nowhere'],
    ['evaluate', 'digits'],
    ['evaluate', 'trained', '--draws', '0'],
    ['evaluate', 'trained', '--epochs', '1'],
  ]) {
    failures.push(await failureOf(words));
  }
  expect(failures.join('\n')).toMatchInlineSnapshot(`
    "2 credence: unknown command tarin. Did you mean train?
    2 credence: credence evaluate: RUN is missing: expected credence evaluate RUN [--draws COUNT] [--ood DATA] [--corrupt] [--by COLUMN]
    2 credence: too many words: got me, expected credence doctor [--json]
    2 credence: unknown flag --verbse. Did you mean --verbose?
    2 credence: the batch is larger than the training set: got batchSize 201, expected at most 200 examples. Give a smaller --batchSize
    2 credence: the batch is larger than the training set: got replicas 11 x batchSize 20, expected at most 200 examples. Give a smaller --batchSize
    2 credence: slices must cut the batch into equal parts: got batchSize 20, slices 3, expected slices that divide the batch size
    2 credence: the run would never end: got 1000000 epochs of 200 examples, 200000000 steps, expected at most 100000000 steps. Give fewer --epochs or a larger --batchSize
    2 credence: --out and --resume exclude each other. Leave --out away
    2 credence: run folder nowhere does not exist. Give the folder that credence train printed
    2 credence: digits is no run folder: it has no config.yaml. Give the folder that credence train printed
    2 credence: a resumed run goes on as it began: got model BNN_FC_flip (the run has CNN_FC). Leave that away, or start a new run; --iteration and --epochs may grow. trained/config.yaml has the rest
    2 credence: a resumed run cannot be made shorter: got 1 steps, expected at least 2. Leave --iteration and --epochs away, or raise them
    2 credence: this run's linear KL schedule spans the whole run: it cannot be made longer. Start a new run with more steps, or with --kl.steps
    2 credence: run folder nowhere does not exist. Give the folder that credence train printed
    2 credence: digits is no run folder: it has no config.yaml. Give the folder that credence train printed
    2 credence: --draws: got 0, expected an integer from 1 to 1000000. The default is 30
    2 credence: unknown flag --epochs. credence evaluate --help tells more"
  `);
  expect(existsSync('never')).toBe(false);
});

it('is a failure', async () => {
  const failures: string[] = [];
  for (const words of [
    [...small, '--data', 'nowhere', '--out', 'never'],
    [...small, '--data', 'empty', '--out', 'never'],
    [...small, '--data', 'truncated', '--out', 'never'],
    [...small, '--data', 'magic', '--out', 'never'],
    [...small, '--data', 'label', '--out', 'never'],
    [...small, '--out', 'digits/train-labels-idx1-ubyte'],
    [...small, '--out', 'digits/train-labels-idx1-ubyte/run'],
    [...small, '--out', 'trained'],
  ]) {
    failures.push(await failureOf(words));
  }
  expect(failures.join('\n').replaceAll(folder, 'DIR')).toMatchInlineSnapshot(`
    "1 credence: DIR/nowhere does not exist. Check the path given with --data
    1 credence: DIR/empty holds no MNIST: got an empty folder, expected train-images-idx3-ubyte and its three companions (.gz or not), or mnist.npz. Check the path given with --data
    1 credence: DIR/truncated/train-labels-idx1-ubyte is truncated: got 100 bytes, expected 208 (200 and a header of 8). Fetch or copy it again
    1 credence: DIR/magic/train-labels-idx1-ubyte is not the IDX file it should be: got magic number 0x09090909, expected 0x00000801 (unsigned bytes, 1 dimension). Check that images and labels have not changed places, and fetch or copy the file again
    1 credence: DIR/label/train-labels-idx1-ubyte has a label out of range: got 11 at index 0, expected 0 to 9. Check that it is the file of this data set
    1 credence: cannot make run folder digits/train-labels-idx1-ubyte: got EEXIST: file already exists, mkdir 'digits/train-labels-idx1-ubyte'. Choose a path that is not a file
    1 credence: cannot make run folder digits/train-labels-idx1-ubyte/run: got ENOTDIR: not a directory, mkdir 'digits/train-labels-idx1-ubyte/run'. Choose a path whose parents are folders
    1 credence: trained already holds a run of CNN_FC: expected a new folder. Continue that run: credence train --resume trained; or choose another folder with --out"
  `);
  expect(existsSync('never')).toBe(false);
});

it('is a run that was killed before its first checkpoint', async () => {
  rmSync('annealed/checkpoints', { recursive: true });
  expect(await failureOf(['evaluate', 'annealed'])).toMatchInlineSnapshot(
    `"1 credence: annealed has no checkpoint yet. Train it: credence train --resume annealed"`,
  );
});

it('is a checkpoint of another model in the run folder', async () => {
  rmSync('trained/checkpoints', { recursive: true });
  cpSync('other/checkpoints', 'trained/checkpoints', { recursive: true });
  expect(await failureOf(['evaluate', 'trained'])).toMatchInlineSnapshot(
    `"1 credence: trained/config.yaml is not that of the checkpoints beside it: got model CNN_FC (the checkpoint has BNN_FC_flip). Put the config.yaml of this run back"`,
  );
  expect(await failureOf(['train', '--resume', 'trained'])).toMatchInlineSnapshot(
    `"1 credence: trained/config.yaml is not that of the checkpoints beside it: got model CNN_FC (the checkpoint has BNN_FC_flip). Put the config.yaml of this run back"`,
  );
});
