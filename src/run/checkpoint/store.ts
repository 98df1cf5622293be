/** Writes checkpoints so that each is wholly there or not at all, and keeps the last few and the best. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CheckpointError, describeFailure } from '../../errors/index.ts';
import type { Checkpoint, NamedTensor } from '../../train/index.ts';
import { removeQuietly, syncFolder, writeDurably } from '../files/durable.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { safetensorsChunks } from '../safetensors/index.ts';
import { checkpointFolder, checkpointSteps, checkpointsFolder } from './checkpoint.ts';
import { decodeState, encodeState, largestState, type StoredFile, schemaVersion } from './state.ts';

export interface CheckpointStoreOptions {
  /** how many of the last checkpoints are kept, beside the best; at least 1 */
  readonly keep: number;
  /** what did not go well and stops nothing: an old checkpoint that could not be removed */
  readonly onWarning?: (warning: string) => void;
  readonly files?: FileSystem;
}

/**
 * One per run folder, by whoever holds its lock. Opening it clears away what a killed process left half done, so it comes
 * before `loadLatest` when a run goes on.
 */
export class CheckpointStore {
  readonly #runFolder: string;
  readonly #folder: string;
  readonly #keep: number;
  readonly #warn: (warning: string) => void;
  readonly #files: FileSystem;
  /** of every intact checkpoint on the disk: step -> score */
  readonly #scores = new Map<number, number | null>();

  /** @throws CheckpointError if the folder cannot be made */
  constructor(runFolder: string, { keep, onWarning = () => {}, files = nodeFileSystem }: CheckpointStoreOptions) {
    this.#runFolder = runFolder;
    this.#folder = checkpointsFolder(runFolder);
    this.#keep = Math.max(1, keep);
    this.#warn = onWarning;
    this.#files = files;
    try {
      files.mkdirSync(this.#folder, { recursive: true });
      syncFolder(files, runFolder);
      this.#clearLeftovers();
      this.#readScores();
    } catch (error) {
      throw new CheckpointError(`cannot use ${this.#folder} for checkpoints`, describeFailure(error));
    }
  }

  /**
   * Writes beside, waits for the disk, renames. When it fails, the earlier checkpoints are as they were.
   * @returns the checkpoint's folder
   * @throws CheckpointError if a file cannot be written
   */
  write(checkpoint: Checkpoint): string {
    const folder = checkpointFolder(this.#runFolder, checkpoint.step);
    const temporary = this.#side(checkpoint.step, 'new');
    try {
      this.#fill(temporary, checkpoint);
      this.#putInPlace(temporary, folder, checkpoint.step);
    } catch (error) {
      removeQuietly(this.#files, temporary);
      if (error instanceof CheckpointError) throw error;
      const { got, remedy, cause } = describeFailure(error);
      throw new CheckpointError(`cannot write checkpoint ${folder}`, {
        got,
        remedy: `${remedy}; earlier checkpoints are untouched`,
        cause,
      });
    }
    this.#scores.set(checkpoint.step, checkpoint.score);
    this.#prune(checkpoint.step);
    return folder;
  }

  #fill(folder: string, { step, model, parameters, optimizer, state, score }: Checkpoint): void {
    this.#files.rmSync(folder, { recursive: true, force: true });
    this.#files.mkdirSync(folder, { recursive: false });
    const written = {
      'parameters.safetensors': this.#writeTensors(join(folder, 'parameters.safetensors'), parameters),
      'optimizer.safetensors': this.#writeTensors(join(folder, 'optimizer.safetensors'), optimizer),
    };
    const encoded = encodeState({
      schemaVersion,
      step,
      model,
      score,
      parameters: parameters.map(({ name, shape }) => ({ name, shape: [...shape] })),
      files: written,
      state,
    });
    writeDurably(this.#files, join(folder, 'state.json'), [encoded]);
    syncFolder(this.#files, folder);
  }

  /** The hash is taken from the very bytes that are written, while they are written. */
  #writeTensors(path: string, tensors: readonly NamedTensor[]): StoredFile {
    const hash = createHash('sha256');
    let bytes = 0;
    function* watched(): Generator<Uint8Array> {
      for (const chunk of safetensorsChunks(tensors)) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        yield chunk;
      }
    }
    writeDurably(this.#files, path, watched());
    return { sha256: hash.digest('hex'), bytes };
  }

  #putInPlace(temporary: string, folder: string, step: number): void {
    const replaced = this.#side(step, 'replaced');
    const replaces = this.#files.existsSync(folder);
    if (replaces) this.#files.renameSync(folder, replaced);
    try {
      this.#files.renameSync(temporary, folder);
    } catch (error) {
      if (replaces) this.#files.renameSync(replaced, folder);
      throw error;
    }
    syncFolder(this.#files, this.#folder);
    if (replaces) removeQuietly(this.#files, replaced);
  }

  /**
   * Later steps than the one just written are of a run that was resumed before them: no reason to drop an earlier one
   * for their sake, and they are left alone until this run comes to them.
   */
  #prune(written: number): void {
    const intact = [...this.#scores.keys()].filter((step) => step <= written).toSorted((a, b) => a - b);
    const kept = new Set(intact.slice(-this.#keep));
    const best = this.#best(intact);
    if (best !== null) kept.add(best);
    for (const step of checkpointSteps(this.#runFolder, this.#files)) {
      if (step > written || kept.has(step)) continue;
      const removed = this.#side(step, 'removed');
      try {
        // Renamed first, so that a half removed checkpoint is never taken for a broken one.
        this.#files.renameSync(checkpointFolder(this.#runFolder, step), removed);
        this.#files.rmSync(removed, { recursive: true, force: true });
        this.#scores.delete(step);
      } catch (error) {
        this.#warn(`cannot remove the old checkpoint of step ${step}: ${describeFailure(error).got}`);
      }
    }
  }

  /** The smallest score; of equal ones the latest. */
  #best(steps: readonly number[]): number | null {
    let best: number | null = null;
    let lowest = Number.POSITIVE_INFINITY;
    for (const step of steps) {
      const score = this.#scores.get(step) ?? null;
      if (score !== null && score <= lowest) {
        best = step;
        lowest = score;
      }
    }
    return best;
  }

  /** A name that no reader takes for a checkpoint. */
  #side(step: number, purpose: 'new' | 'replaced' | 'removed'): string {
    return join(this.#folder, `.step-${step}.${purpose}`);
  }

  #clearLeftovers(): void {
    for (const name of this.#files.readdirSync(this.#folder)) {
      const match = /^\.step-(\d+)\.(new|replaced|removed)$/.exec(name);
      if (match === null) continue;
      const leftover = join(this.#folder, name);
      const folder = checkpointFolder(this.#runFolder, Number(match[1]));
      // Killed between the two renames of a replacement: the old one is still the one.
      if (match[2] === 'replaced' && !this.#files.existsSync(folder)) this.#files.renameSync(leftover, folder);
      else this.#files.rmSync(leftover, { recursive: true, force: true });
    }
  }

  #readScores(): void {
    for (const step of checkpointSteps(this.#runFolder, this.#files)) {
      const file = join(checkpointFolder(this.#runFolder, step), 'state.json');
      try {
        this.#scores.set(step, decodeState(this.#files.readFileSync(file, largestState), file).score);
      } catch {
        // A broken one counts neither among the last nor as the best; `loadLatest` is the place that names it.
      }
    }
  }
}
