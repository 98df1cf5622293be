import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { CheckpointStore, loadLatest } from '../../src/run/checkpoint/index.ts';
import { thisProcess } from '../../src/run/folder/lock.ts';
import { scratchFolders } from '../run/disk.ts';

const scratch = scratchFolders();

/** Runs a module of our sources in a process of its own. */
function start(script: string, ...args: string[]): ChildProcess {
  const module = (name: string): string => JSON.stringify(new URL(`../../src/run/${name}`, import.meta.url).href);
  const text = script.replaceAll(/from '(.+?\.ts)'/g, (_, name: string) => `from ${module(name)}`);
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', text, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

const elements = 200_000;

const writer = `
  import { CheckpointStore } from 'checkpoint/index.ts';
  const store = new CheckpointStore(process.argv[1], { keep: 2 });
  for (let step = Number(process.argv[2]); ; step++) {
    const tensor = { name: 'w', shape: [${elements}], data: new Float32Array(${elements}).fill(step) };
    store.write({ step, model: 'm', parameters: [tensor], optimizer: [tensor], state: {}, score: null });
    process.stdout.write(step + '\\n');
  }`;

describe('a run that is killed while it writes checkpoints', () => {
  it('finds the last one that it reported, or a later one, unbroken', async () => {
    const run = scratch();
    const parameters = [{ name: 'w', shape: [elements] }];
    let reported = 0;
    // Delays over the few milliseconds of a write, so that the kills fall into its different parts.
    for (const delay of [0, 1, 2, 3, 5, 8]) {
      const child = start(writer, run, String(reported + 1));
      const lines = createInterface({ input: child.stdout! });
      lines.on('line', (line) => {
        reported = Number(line);
      });
      await once(lines, 'line');
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await Promise.all([once(child, 'exit'), once(lines, 'close')]);

      const found = loadLatest(run, { model: 'm', parameters }, { onWarning: (line) => expect.fail(line) });
      expect(found?.step).toBeGreaterThanOrEqual(reported);
      expect(found?.parameters[0].data.every((x) => x === found.step)).toBe(true);
      reported = found?.step ?? 0;
    }
    new CheckpointStore(run, { keep: 2 });
    expect(readdirSync(join(run, 'checkpoints')).filter((name) => !/^step-\d+$/.test(name))).toEqual([]);
  });
});

const locker = `
  import { existsSync } from 'node:fs';
  import { lockFolder } from 'folder/lock.ts';
  process.stdout.write('ready\\n');
  while (!existsSync(process.argv[1] + '/go'));
  try {
    lockFolder(process.argv[1]);
    process.stdout.write('holds\\n');
    process.stdin.resume();
  } catch (error) {
    process.stdout.write(error.code + '\\n');
  }`;

describe('several processes that find one stale lock at once', () => {
  it('are let in one at a time, and nothing of theirs stays behind', async () => {
    const run = scratch();
    writeFileSync(join(run, 'run.lock'), JSON.stringify({ ...thisProcess(), pid: 2 ** 22 + 1 }));
    const children = Array.from({ length: 5 }, () => start(locker, run));
    const all = children.map((child) => createInterface({ input: child.stdout! }));
    await Promise.all(all.map((lines) => once(lines, 'line')));
    const answers = Promise.all(all.map(async (lines) => String((await once(lines, 'line'))[0])));
    writeFileSync(join(run, 'go'), '');
    const said = await answers;
    expect(said.toSorted()).toEqual([...Array<string>(4).fill('RUN_FOLDER'), 'holds']);
    for (const child of children) child.stdin!.end();
    await Promise.all(children.map(async (child) => child.exitCode ?? (await once(child, 'exit'))));
    expect(readdirSync(run).filter((name) => name.endsWith('.takeover'))).toEqual([]);
  });
});
