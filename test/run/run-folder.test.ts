import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RunFolderError } from '../../src/errors/index.ts';
import { type FileSystem, nodeFileSystem } from '../../src/run/files/file-system.ts';
import { createRunFolder, openRunFolder, writeRunFile } from '../../src/run/folder/index.ts';
import { type LockHolder, lockFolder, thisProcess } from '../../src/run/folder/lock.ts';
import { errorOf, scratchFolders, systemError } from './disk.ts';

const scratch = scratchFolders();
const start = process.cwd();
afterEach(() => {
  process.chdir(start);
  vi.restoreAllMocks();
});

/** What a user would read, with everything that changes from run to run replaced. */
function messageOf(run: string, action: () => unknown): string {
  const error = errorOf(action);
  expect(error).toBeInstanceOf(RunFolderError);
  return (error as RunFolderError).message
    .replaceAll(run, 'RUN')
    .replaceAll(`process ${process.pid} on ${thisProcess().host}`, 'process PID on HOST')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
}

/** A folder that another process locked. */
function lockedBy(changes: Partial<LockHolder>): string {
  const run = scratch();
  writeFileSync(join(run, 'run.lock'), JSON.stringify({ ...thisProcess(), ...changes }));
  return run;
}

/** A pid whose process is gone. */
const gone = spawnSync('true').pid;

describe('createRunFolder', () => {
  it('makes the names under runs/ unique', () => {
    process.chdir(scratch());
    const runs = [1, 2, 3].map(() => createRunFolder({ out: null, name: 'mnist' }));
    expect(runs.map(({ path }) => path)).toEqual(['runs/mnist', 'runs/mnist-2', 'runs/mnist-3']);
    for (const run of runs) run.release();
    expect(runs.map(({ path }) => readdirSync(path))).toEqual([[], [], []]);
  });

  it('takes the folder that is asked for, with its parents, also one that is there already', () => {
    const out = join(scratch(), 'a', 'b');
    createRunFolder({ out, name: 'mnist' }).release();
    const run = createRunFolder({ out, name: 'mnist' });
    expect(run.path).toBe(out);
    expect(existsSync(join(out, 'run.lock'))).toBe(true);
    run.release();
  });

  it('refuses a folder that holds a run', () => {
    const out = scratch();
    writeFileSync(join(out, 'config.yaml'), 'model: CNN_FC\n');
    expect(messageOf(out, () => createRunFolder({ out, name: 'BNN_FC_flip' }))).toMatchInlineSnapshot(
      `"RUN already holds a run of CNN_FC: expected a new folder. Continue that run: credence train --resume RUN; or choose another folder with --out"`,
    );
    expect(existsSync(join(out, 'run.lock')), 'the lock is given back').toBe(false);
  });

  it('refuses what cannot be written', () => {
    const out = scratch();
    const file = join(out, 'file');
    writeFileSync(file, '');
    const failing = (call: keyof FileSystem, code: string): FileSystem => ({
      ...nodeFileSystem,
      [call]: () => {
        throw systemError(code, call.replace('Sync', ''));
      },
    });
    const create = (path: string, files?: FileSystem) =>
      messageOf(out, () => createRunFolder({ out: path, name: 'mnist' }, files));
    expect([
      create(file),
      create(join(file, 'below')),
      create(join(out, 'new'), failing('mkdirSync', 'EACCES')),
      create(out, failing('openSync', 'EACCES')),
      create(out, failing('writeSync', 'ENOSPC')),
      messageOf(out, () => writeRunFile(out, 'config.yaml', 'model: m\n', failing('renameSync', 'EIO'))),
    ]).toMatchInlineSnapshot(`
      [
        "cannot make run folder RUN/file: got EEXIST: file already exists, mkdir 'RUN/file'. Choose a path that is not a file",
        "cannot make run folder RUN/file/below: got ENOTDIR: not a directory, mkdir 'RUN/file/below'. Choose a path whose parents are folders",
        "cannot make run folder RUN/new: got EACCES: permission denied, mkdir. Choose a folder that you may write to",
        "cannot write into run folder RUN: got EACCES: permission denied, open. Choose a folder that you may write to",
        "cannot write into run folder RUN: got ENOSPC: no space left on device, write. Free some space on that disk",
        "cannot write RUN/config.yaml: got EIO: i/o error, rename. Check the disk",
      ]
    `);
    expect(readdirSync(out)).toEqual(['file']);
  });

  it('comes back where no folder can be made and nothing says why, as below /proc', () => {
    const out = scratch();
    const asked: string[] = [];
    const files: FileSystem = {
      ...nodeFileSystem,
      mkdirSync(path, { recursive }) {
        asked.push(path);
        // Node's own recursive mkdir would go round for ever here.
        if (recursive) throw new Error('asked for a folder that is not there with its parents');
        throw Object.assign(new Error(`ENOENT: no such file or directory, mkdir '${path}'`), { code: 'ENOENT' });
      },
    };
    expect(
      messageOf(out, () => createRunFolder({ out: join(out, 'a', 'b'), name: 'mnist' }, files)),
    ).toMatchInlineSnapshot(
      `"cannot make run folder RUN/a/b: got ENOENT: no such file or directory, mkdir 'RUN/a'. Make its folder first, or choose another one"`,
    );
    expect(asked).toEqual([join(out, 'a')]);
  });

  it('makes the parents of a folder that was asked for', () => {
    const path = join(scratch(), 'a', 'b', 'c');
    createRunFolder({ out: path, name: 'mnist' }).release();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe('openRunFolder', () => {
  it('opens a run of the same model, or of any', () => {
    const run = scratch();
    writeRunFile(run, 'config.yaml', 'model: BNN_FC_flip\n');
    for (const model of ['BNN_FC_flip', null]) openRunFolder(run, model).release();
    expect(readdirSync(run)).toEqual(['config.yaml']);
  });

  it('refuses what is no run, or one of another model', () => {
    const run = scratch();
    const open = () => messageOf(run, () => openRunFolder(run, 'BNN_FC_flip'));
    const nothing = messageOf(run, () => openRunFolder(join(run, 'none'), null));
    const empty = open();
    const contents = ['model: CNN_FC\n', 'seed: 1\n', '"', 'a: [\n', '', '- model\n'];
    const others = contents.map((text) => {
      writeFileSync(join(run, 'config.yaml'), text);
      return open();
    });
    expect([nothing, empty, ...others]).toMatchInlineSnapshot(`
      [
        "run folder RUN/none does not exist. Give the folder that credence train printed at its start",
        "RUN is no run folder: it has no config.yaml. Give the folder that credence train printed at its start",
        "run folder RUN belongs to another model: got CNN_FC, expected BNN_FC_flip. Resume it as it is, or start a run of BNN_FC_flip in another folder",
        "RUN/config.yaml names no model: expected a key model. Restore or remove it",
        "cannot read RUN/config.yaml: got Missing closing "quote at line 1, column 2. Restore or remove it",
        "cannot read RUN/config.yaml: got Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1. Restore or remove it",
        "RUN/config.yaml names no model: expected a key model. Restore or remove it",
        "RUN/config.yaml names no model: expected a key model. Restore or remove it",
      ]
    `);
  });
});

describe('the lock', () => {
  it('lets one run in, and the next one when that is done', () => {
    const run = scratch();
    const first = lockFolder(run);
    expect(messageOf(run, () => lockFolder(run))).toMatchInlineSnapshot(
      `"run folder RUN is in use: got process PID on HOST, since TIME. Wait for that run to end, or choose another folder with --out"`,
    );
    first.release();
    first.release();
    const second = lockFolder(run);
    first.release();
    expect(existsSync(join(run, 'run.lock')), 'a lock is released by its holder only').toBe(true);
    second.release();
    expect(readdirSync(run)).toEqual([]);
  });

  it('is taken over from a process that is gone', () => {
    const linux = process.platform === 'linux';
    const stale: Partial<LockHolder>[] = [{ pid: gone }];
    // Alive, but another process: the pid has been given out again.
    if (linux) stale.push({ pid: process.pid, processStart: '1' });
    // The machine has been started again; a container may have no name of its machine to tell by.
    if (thisProcess().machine !== null) stale.push({ pid: process.ppid, boot: 'before' });
    for (const changes of stale) {
      const run = lockedBy(changes);
      const { release } = lockFolder(run);
      expect(JSON.parse(readFileSync(join(run, 'run.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
      release();
      expect(readdirSync(run)).toEqual([]);
    }
  });

  it('is taken over where it is torn, empty or no file: nobody writes such a lock', () => {
    for (const text of ['', '{', 'null', '{"pid":"1"}', '{"pid":-1,"host":"h"}', '\0'.repeat(100)]) {
      const run = scratch();
      writeFileSync(join(run, 'run.lock'), text);
      lockFolder(run).release();
      expect(readdirSync(run)).toEqual([]);
    }
  });

  it.runIf(process.platform === 'linux')('is taken over from a zombie, which writes nothing any more', async () => {
    // its parent never asks how it ended
    const script = 'import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nprint(pid, flush=True)\ntime.sleep(60)';
    const parent = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
      const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
      await vi.waitFor(() => expect(stat()[2]).toBe('Z'));
      const run = lockedBy({ pid, processStart: stat()[21] });
      lockFolder(run).release();
      expect(readdirSync(run)).toEqual([]);
    } finally {
      parent.kill();
    }
  });

  it('is written where the file system has no links', () => {
    const run = scratch();
    const files: FileSystem = {
      ...nodeFileSystem,
      linkSync() {
        throw systemError('EPERM', 'link');
      },
    };
    const { release } = lockFolder(run, files);
    expect(() => lockFolder(run, files)).toThrow(/is in use/);
    release();
    expect(readdirSync(run)).toEqual([]);
  });

  it('is never taken from another host, another container, or where it may not be read', () => {
    const since = '2026-01-02T03:04:05.678Z';
    const runs = [
      lockedBy({ host: 'node-7', pid: gone, since }),
      lockedBy({ pid: 12, pidNamespace: 'pid:[1]', since }),
      lockedBy({ pid: 12, boot: 'before', machine: 'of the same name', since }),
    ];
    const messages = runs.map((run) =>
      messageOf(run, () => lockFolder(run)).replace(/process \d+ on \S+,/, 'process PID on HOST,'),
    );
    expect([...new Set(messages)]).toMatchInlineSnapshot(`
      [
        "run folder RUN is locked from another host: got process PID on HOST, since TIME. If that run is gone, remove RUN/run.lock",
        "run folder RUN is in use: got process PID on HOST, since TIME. It may be in another container or on another machine of that name; if it is gone, remove RUN/run.lock",
      ]
    `);
    const run = lockedBy({});
    const files: FileSystem = {
      ...nodeFileSystem,
      readFileSync() {
        throw systemError('EACCES', 'open');
      },
    };
    expect(() => lockFolder(run, files)).toThrow(/has a lock that cannot be read/);
  });

  it('of a process of another user is in use', () => {
    const run = lockedBy({});
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw systemError('EPERM', 'kill');
    });
    expect(() => lockFolder(run)).toThrow(/is in use/);
  });

  it('is taken over by one only of two that find it stale', () => {
    const run = lockedBy({ pid: gone });
    writeFileSync(join(run, 'run.lock.takeover'), JSON.stringify(thisProcess()));
    expect(messageOf(run, () => lockFolder(run))).toMatchInlineSnapshot(
      `"another process is taking over the stale lock RUN/run.lock. Try again; if this lasts, remove RUN/run.lock.takeover"`,
    );

    // One that was killed in the middle of it holds up nobody.
    writeFileSync(join(run, 'run.lock.takeover'), JSON.stringify({ ...thisProcess(), pid: gone }));
    lockFolder(run).release();
    expect(readdirSync(run)).toEqual([]);

    // The other one is done between our first look and our guard.
    const second = lockedBy({ pid: gone });
    const other = JSON.stringify(thisProcess());
    const files: FileSystem = {
      ...nodeFileSystem,
      linkSync: (from, to) => {
        if (to.endsWith('.takeover')) writeFileSync(join(second, 'run.lock'), other);
        nodeFileSystem.linkSync(from, to);
      },
    };
    expect(() => lockFolder(second, files)).toThrow(/is in use/);
    expect(readdirSync(second)).toEqual(['run.lock']);
    expect(readFileSync(join(second, 'run.lock'), 'utf8')).toBe(other);
  });

  it('is released when the process ends', () => {
    const run = scratch();
    mkdirSync(run, { recursive: true });
    const lock = new URL('../../src/run/folder/lock.ts', import.meta.url).href;
    const script = `
      const { lockFolder } = await import(${JSON.stringify(lock)});
      lockFolder(${JSON.stringify(run)});
      console.log((await import('node:fs')).readdirSync(${JSON.stringify(run)}).join());
      process.exit(3);`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(child.stderr).toBe('');
    expect([child.stdout.trim(), child.status]).toEqual(['run.lock', 3]);
    expect(readdirSync(run)).toEqual([]);
  });
});
