import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/errors/index.ts';
import { CheckpointStore, loadCheckpoint, loadLatest, parametersSha256 } from '../../src/run/checkpoint/index.ts';
import type { Checkpoint } from '../../src/train/index.ts';
import { encodeState } from '../../src/run/checkpoint/state.ts';
import { nodeFileSystem as realFiles } from '../../src/run/files/file-system.ts';
import { errorOf, scratchFolders } from './disk.ts';

const scratch = scratchFolders();

function checkpoint(step: number, score: number | null = null): Checkpoint {
  const kernel = Float32Array.from({ length: 6 }, (_, i) => step + i / 8);
  const bias = Float32Array.of(step, -0, Number.MIN_VALUE);
  return {
    step,
    model: 'BNN_FC_flip',
    parameters: [
      { name: 'hidden/kernel/mean', shape: [2, 3], data: kernel },
      { name: 'hidden/bias', shape: [3], data: bias },
    ],
    optimizer: [{ name: 'adam/m', shape: [9], data: new Float32Array(9).fill(step) }],
    state: { epoch: step / 7, note: 'é', nested: { list: [1, null] } },
    score,
  };
}

const expected = checkpoint(0);
const folders = (run: string): string[] => readdirSync(join(run, 'checkpoints')).toSorted();

/** Replaces the run's folder in a message, so that it may stand in a snapshot. */
function messageOf(run: string, action: () => unknown): string {
  const error = errorOf(action);
  expect(error).toBeInstanceOf(CheckpointError);
  return (error as CheckpointError).message.replaceAll(run, 'RUN').replaceAll(/[0-9a-f]{64}/g, 'HASH');
}

function load(run: string): { found: Checkpoint | null; warnings: string[] } {
  const warnings: string[] = [];
  const found = loadLatest(run, expected, { onWarning: (line) => warnings.push(line) });
  return { found, warnings: warnings.map((line) => line.replaceAll(run, 'RUN').replaceAll(/[0-9a-f]{64}/g, 'HASH')) };
}

function sorted({ parameters, ...rest }: Checkpoint): Checkpoint {
  return { ...rest, parameters: parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Compares down to the last bit, the sign of zero included. */
function expectSame(found: Checkpoint | null, wanted: Checkpoint): void {
  expect(found).not.toBeNull();
  if (found === null) return;
  const plain = ({ parameters, optimizer, ...rest }: Checkpoint) => ({
    ...rest,
    tensors: [...parameters, ...optimizer].map(({ name, shape, data }) => ({ name, shape, data: [...data] })),
  });
  expect(plain(sorted(found))).toEqual(plain(sorted(wanted)));
}

function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  expect(bit >> 3).toBeLessThan(bytes.length);
  bytes[bit >> 3] = bytes[bit >> 3] ^ (1 << (bit & 7));
  writeFileSync(path, bytes);
}

/** A state file of any content whose own hash is right. */
function rehashed(rest: string): Uint8Array {
  const opening = '{\n  "sha256": "';
  return Buffer.from(
    opening +
      createHash('sha256')
        .update(opening + rest)
        .digest('hex') +
      rest,
  );
}

describe('saving and loading', () => {
  it('gives back what was saved, bit for bit', () => {
    const run = scratch();
    const folder = new CheckpointStore(run, { keep: 2 }).write(checkpoint(12, 0.5));
    expect(folder).toBe(join(run, 'checkpoints', 'step-12'));
    const { found, warnings } = load(run);
    expectSame(found, checkpoint(12, 0.5));
    expect(warnings).toEqual([]);
    expectSame(loadCheckpoint(run, 12, expected), checkpoint(12, 0.5));
  });

  it('writes the same bytes for the same content', () => {
    const runs = [scratch(), scratch()];
    for (const run of runs) new CheckpointStore(run, { keep: 1 }).write(checkpoint(3));
    for (const file of ['state.json', 'parameters.safetensors', 'optimizer.safetensors']) {
      const [a, b] = runs.map((run) => readFileSync(join(run, 'checkpoints', 'step-3', file)));
      expect(a.equals(b), file).toBe(true);
    }
  });

  it('saves a step anew in the place of the old one', () => {
    const run = scratch();
    const store = new CheckpointStore(run, { keep: 2 });
    store.write(checkpoint(5));
    store.write(checkpoint(5, 1));
    expectSame(load(run).found, checkpoint(5, 1));
    expect(folders(run)).toEqual(['step-5']);
  });

  it('is null where there is no checkpoint', () => {
    expect(loadLatest(scratch(), expected)).toBeNull();
  });

  it('finds the latest by number, not by name', () => {
    const run = scratch();
    const store = new CheckpointStore(run, { keep: 9 });
    for (const step of [9, 10, 100]) store.write(checkpoint(step));
    expect(load(run).found?.step).toBe(100);
  });
});

describe('keeping', () => {
  it('keeps the last k and the best, also after a restart', () => {
    const run = scratch();
    const first = new CheckpointStore(run, { keep: 2 });
    const scores = [5, 1, 4, null, 3];
    for (const [i, score] of scores.slice(0, 3).entries()) first.write(checkpoint(10 * (i + 1), score));
    expect(folders(run)).toEqual(['step-20', 'step-30']);
    const second = new CheckpointStore(run, { keep: 2 });
    second.write(checkpoint(40, null));
    second.write(checkpoint(50, 3));
    expect(folders(run)).toEqual(['step-20', 'step-40', 'step-50']);
    second.write(checkpoint(60, 1));
    expect(folders(run), 'of equal scores the latest is the best').toEqual(['step-50', 'step-60']);
    second.write(checkpoint(70, Number.NaN));
    second.write(checkpoint(80, 2));
    expect(folders(run), 'NaN is never the best').toEqual(['step-60', 'step-70', 'step-80']);
  });

  it('does not count broken ones, and does not give up an intact one for a broken later one', () => {
    const run = scratch();
    const store = new CheckpointStore(run, { keep: 1 });
    store.write(checkpoint(10));
    const other = new CheckpointStore(run, { keep: 9 });
    other.write(checkpoint(20));
    flipBit(join(run, 'checkpoints', 'step-20', 'state.json'), 4000);
    const resumed = new CheckpointStore(run, { keep: 1 });
    resumed.write(checkpoint(15));
    expect(folders(run)).toEqual(['step-15', 'step-20']);
    expect(load(run).found?.step).toBe(15);
    resumed.write(checkpoint(25));
    expect(folders(run)).toEqual(['step-25']);
  });

  it('clears away what a killed process left, and restores what it was about to replace', () => {
    const run = scratch();
    new CheckpointStore(run, { keep: 3 }).write(checkpoint(10));
    const folder = join(run, 'checkpoints');
    mkdirSync(join(folder, '.step-20.new'));
    writeFileSync(join(folder, '.step-20.new', 'parameters.safetensors'), 'half');
    mkdirSync(join(folder, '.step-5.removed'));
    renameSync(join(folder, 'step-10'), join(folder, '.step-10.replaced'));
    new CheckpointStore(run, { keep: 3 });
    expect(folders(run)).toEqual(['step-10']);
    expectSame(load(run).found, checkpoint(10));
  });
});

describe('broken checkpoints', () => {
  it('names the broken one and takes the one before it', () => {
    const breaks: Record<string, (folder: string) => void> = {
      'flipped bit in a parameter': (folder) => flipBit(join(folder, 'parameters.safetensors'), 8 * 180),
      'flipped bit in the moments': (folder) => flipBit(join(folder, 'optimizer.safetensors'), 8 * 100),
      'flipped bit in the state': (folder) => flipBit(join(folder, 'state.json'), 8 * 300 + 5),
      'cut off': (folder) => truncateSync(join(folder, 'parameters.safetensors'), 100),
      'a file missing': (folder) => rmSync(join(folder, 'optimizer.safetensors')),
      'state empty': (folder) => truncateSync(join(folder, 'state.json'), 0),
      'all files missing': (folder) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
      },
      renamed: (folder) => {
        rmSync(folder, { recursive: true });
        renameSync(join(folder, '..', 'step-5'), folder);
      },
    };
    const named = Object.entries(breaks).map(([what, damage]) => {
      const run = scratch();
      const store = new CheckpointStore(run, { keep: 3 });
      for (const step of [5, 10, 20]) store.write(checkpoint(step));
      damage(join(run, 'checkpoints', 'step-20'));
      const { found, warnings } = load(run);
      expectSame(found, checkpoint(10));
      expect(warnings).toHaveLength(1);
      return [what, ...warnings];
    });
    expect(Object.fromEntries(named)).toMatchInlineSnapshot(`
      {
        "a file missing": "checkpoint of step 20 is broken and was passed over: cannot read RUN/checkpoints/step-20/optimizer.safetensors: got ENOENT: no such file or directory, open 'RUN/checkpoints/step-20/optimizer.safetensors'",
        "all files missing": "checkpoint of step 20 is broken and was passed over: cannot read RUN/checkpoints/step-20/state.json: got ENOENT: no such file or directory, open 'RUN/checkpoints/step-20/state.json'",
        "cut off": "checkpoint of step 20 is broken and was passed over: RUN/checkpoints/step-20/parameters.safetensors is not as it was written: got 100 bytes, sha256 HASH, expected 188 bytes, sha256 HASH",
        "flipped bit in a parameter": "checkpoint of step 20 is broken and was passed over: RUN/checkpoints/step-20/parameters.safetensors is not as it was written: got 188 bytes, sha256 HASH, expected 188 bytes, sha256 HASH",
        "flipped bit in the moments": "checkpoint of step 20 is broken and was passed over: RUN/checkpoints/step-20/optimizer.safetensors is not as it was written: got 108 bytes, sha256 HASH, expected 108 bytes, sha256 HASH",
        "flipped bit in the state": "checkpoint of step 20 is broken and was passed over: RUN/checkpoints/step-20/state.json is not as it was written: got sha256 HASH of its content",
        "renamed": "checkpoint of step 20 is broken and was passed over: RUN/checkpoints/step-20 has been renamed: got step 20, expected step 5",
        "state empty": "checkpoint of step 20 is broken and was passed over: RUN/checkpoints/step-20/state.json is not as it was written: got sha256 HASH of its content",
      }
    `);
  });

  it('notices every single flipped bit of a checkpoint', () => {
    const run = scratch();
    new CheckpointStore(run, { keep: 1 }).write(checkpoint(1));
    const unnoticed: string[] = [];
    for (const file of ['state.json', 'parameters.safetensors', 'optimizer.safetensors']) {
      const path = join(run, 'checkpoints', 'step-1', file);
      const original = readFileSync(path);
      for (let bit = 0; bit < original.length * 8; bit++) {
        const flipped = Buffer.from(original);
        flipped[bit >> 3] = flipped[bit >> 3] ^ (1 << (bit & 7));
        const files = { ...realFiles, readFileSync: (p: string) => (p === path ? flipped : readFileSync(p)) };
        const error = errorOf(() => loadLatest(run, expected, { files }));
        if (!(error instanceof CheckpointError)) unnoticed.push(`bit ${bit} of ${file}`);
      }
    }
    expect(unnoticed).toEqual([]);
  });

  it('meets thousands of mutilated states with CheckpointError and nothing else', () => {
    const run = scratch();
    new CheckpointStore(run, { keep: 1 }).write(checkpoint(1));
    const path = join(run, 'checkpoints', 'step-1', 'state.json');
    const original = readFileSync(path);
    const mutated = fc.oneof(
      fc.nat(original.length).map((length) => original.subarray(0, length)),
      fc
        .tuple(fc.nat(original.length), fc.uint8Array({ minLength: 1, maxLength: 20 }))
        .map(([at, bytes]) => Buffer.concat([original.subarray(0, at), bytes, original.subarray(at)])),
      // with a hash that is right, so that what lies behind the hash is tried too
      fc.json().map((json) => rehashed(`",${json.slice(1)}`)),
      fc
        .dictionary(fc.constantFrom('step', 'model', 'files', 'parameters', 'state', 'score'), fc.jsonValue())
        .map((wrong) => {
          const { sha256: _, ...right } = JSON.parse(original.toString()) as Record<string, unknown>;
          return rehashed(`",${JSON.stringify({ ...right, ...wrong }, null, 2).slice(1)}\n`);
        }),
    );
    fc.assert(
      fc.property(mutated, (bytes) => {
        const files = { ...realFiles, readFileSync: (p: string) => (p === path ? bytes : readFileSync(p)) };
        const error = errorOf(() => loadLatest(run, expected, { files }));
        expect(error === null || error instanceof CheckpointError).toBe(true);
      }),
      { seed: 3, numRuns: 4000 },
    );
  });

  it('says so where none is usable', () => {
    const run = scratch();
    const store = new CheckpointStore(run, { keep: 2 });
    for (const step of [10, 20]) store.write(checkpoint(step));
    for (const step of [10, 20]) flipBit(join(run, 'checkpoints', `step-${step}`, 'state.json'), 999);
    expect(messageOf(run, () => load(run))).toMatchInlineSnapshot(
      `"no checkpoint in RUN can be used: got 2 broken ones (steps 10, 20). Start the run anew in another folder"`,
    );
    expect(messageOf(run, () => loadCheckpoint(run, 10, expected))).toMatchInlineSnapshot(
      `"RUN/checkpoints/step-10/state.json is not as it was written: got sha256 HASH of its content"`,
    );
    expect(messageOf(run, () => loadCheckpoint(run, 15, expected))).toMatchInlineSnapshot(
      `"RUN has no checkpoint of step 15: expected one of 10, 20"`,
    );
    expect(messageOf(run, () => loadCheckpoint(scratch(), 15, expected)).replace(/^\S+/, 'RUN')).toMatchInlineSnapshot(
      `"RUN has no checkpoint of step 15: expected a run with checkpoints"`,
    );
  });

  it('names the version of a state that another credence wrote', () => {
    const run = scratch();
    new CheckpointStore(run, { keep: 1 }).write(checkpoint(1));
    const path = join(run, 'checkpoints', 'step-1', 'state.json');
    const { sha256: _, ...state } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, encodeState({ ...state, schemaVersion: 2 }));
    expect(messageOf(run, () => loadCheckpoint(run, 1, expected))).toMatchInlineSnapshot(
      `"RUN/checkpoints/step-1/state.json is of another version of credence: got schemaVersion: Invalid input: expected 1, expected schema version 1. Read it with the version that wrote it"`,
    );
  });
});

describe('another model', () => {
  it('is refused with the first difference', () => {
    const run = scratch();
    new CheckpointStore(run, { keep: 1 }).write(checkpoint(7));
    const { parameters } = expected;
    const [kernel, bias] = parameters;
    const attempt = (model: string, wanted: Checkpoint['parameters']) =>
      messageOf(run, () => loadLatest(run, { model, parameters: wanted }));
    expect([
      attempt('CNN_FC', parameters),
      attempt('BNN_FC_flip', [{ ...kernel, shape: [3, 2] }, bias]),
      attempt('BNN_FC_flip', [{ ...kernel, name: 'output/kernel/mean' }, bias]),
      attempt('BNN_FC_flip', [bias]),
      attempt('BNN_FC_flip', [...parameters, { ...bias, name: 'z' }]),
    ]).toMatchInlineSnapshot(`
      [
        "checkpoint RUN/checkpoints/step-7 belongs to another model: got BNN_FC_flip, expected CNN_FC. Resume it with the configuration in its own run folder, or start a new run",
        "checkpoint RUN/checkpoints/step-7 does not fit BNN_FC_flip: got hidden/kernel/mean [2, 3], expected hidden/kernel/mean [3, 2]. Resume it with the configuration in its own run folder, or start a new run",
        "checkpoint RUN/checkpoints/step-7 does not fit BNN_FC_flip: got hidden/kernel/mean [2, 3], expected output/kernel/mean [2, 3]. Resume it with the configuration in its own run folder, or start a new run",
        "checkpoint RUN/checkpoints/step-7 does not fit BNN_FC_flip: got hidden/kernel/mean [2, 3], expected no further parameter. Resume it with the configuration in its own run folder, or start a new run",
        "checkpoint RUN/checkpoints/step-7 does not fit BNN_FC_flip: got no further parameter, expected z [3]. Resume it with the configuration in its own run folder, or start a new run",
      ]
    `);
    expect(existsSync(join(run, 'checkpoints', 'step-7'))).toBe(true);
  });
});

describe('parametersSha256', () => {
  it('is the hash of the bytes in the order of names, whatever the order given and wherever they lie', () => {
    const a = Float32Array.of(1, 2);
    const b = Float32Array.of(3);
    const shared = new Float32Array(new SharedArrayBuffer(64), 32, 2);
    shared.set(a);
    const bytes = Buffer.concat([Buffer.from(b.buffer), Buffer.from(a.buffer)]);
    const hash = createHash('sha256').update(bytes).digest('hex');
    // Code units: capitals before small letters, whatever the locale.
    const tensors = [
      { name: 'a', shape: [2], data: shared },
      { name: 'B', shape: [1], data: b },
    ];
    expect(parametersSha256(tensors)).toBe(hash);
    expect(parametersSha256(tensors.toReversed())).toBe(hash);
  });
});
