/** Reads checkpoints: every hash is checked, and the tensors must be those of the model that wants them. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CheckpointError, CredenceError, describeFailure } from '../../errors/index.ts';
import type { Checkpoint, NamedTensor } from '../../train/index.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { byName, readSafetensors } from '../safetensors/index.ts';
import { checkpointFolder, checkpointSteps } from './checkpoint.ts';
import { type CheckpointState, decodeState, largestState, type TensorFileName } from './state.ts';

type Parameter = Pick<NamedTensor, 'name' | 'shape'>;

/** What the model that wants a checkpoint is called, and the parameters that it has. */
export interface ExpectedModel {
  readonly model: string;
  readonly parameters: readonly Parameter[];
}

export interface LoadOptions {
  /** each checkpoint that is broken and was passed over, in one line */
  readonly onWarning?: (warning: string) => void;
  readonly files?: FileSystem;
}

/**
 * The last intact checkpoint, or null where there is none at all. Removes nothing: it may be called while a run writes.
 * @param expected null: of any model, for a caller that looks at what the checkpoint says of itself first
 * @throws CheckpointError if all are broken, or if the last intact one belongs to another model or has other shapes
 */
export function loadLatest(
  runFolder: string,
  expected: ExpectedModel | null,
  { onWarning = () => {}, files = nodeFileSystem }: LoadOptions = {},
): Checkpoint | null {
  const steps = checkpointSteps(runFolder, files).toReversed();
  for (const step of steps) {
    let checkpoint: Checkpoint;
    try {
      checkpoint = readCheckpoint(runFolder, step, files);
    } catch (error) {
      if (!(error instanceof CredenceError)) throw error;
      onWarning(`checkpoint of step ${step} is broken and was passed over: ${error.message}`);
      continue;
    }
    if (expected) assertModel(checkpoint, expected, runFolder);
    return checkpoint;
  }
  if (steps.length === 0) return null;
  throw new CheckpointError(`no checkpoint in ${runFolder} can be used`, {
    got: `${steps.length} broken ${steps.length === 1 ? 'one' : 'ones'} (steps ${steps.toReversed().join(', ')})`,
    remedy: 'Start the run anew in another folder',
  });
}

/** What the last intact checkpoint says of itself, without its tensors; null where there is none. */
export function latestState(
  runFolder: string,
  files: FileSystem = nodeFileSystem,
): { readonly step: number; readonly state: Readonly<Record<string, unknown>> } | null {
  for (const step of checkpointSteps(runFolder, files).toReversed()) {
    const file = join(checkpointFolder(runFolder, step), 'state.json');
    try {
      return { step, state: decodeState(read(files, file, largestState), file).state };
    } catch (error) {
      // `loadLatest` is the place that names it
      if (!(error instanceof CredenceError)) throw error;
    }
  }
  return null;
}

/**
 * The checkpoint of one step.
 * @throws CheckpointError if it is missing, broken, or of another model
 */
export function loadCheckpoint(
  runFolder: string,
  step: number,
  expected: ExpectedModel,
  { files = nodeFileSystem }: Pick<LoadOptions, 'files'> = {},
): Checkpoint {
  const steps = checkpointSteps(runFolder, files);
  if (!steps.includes(step)) {
    throw new CheckpointError(`${runFolder} has no checkpoint of step ${step}`, {
      expected: steps.length === 0 ? 'a run with checkpoints' : `one of ${steps.join(', ')}`,
    });
  }
  const checkpoint = readCheckpoint(runFolder, step, files);
  assertModel(checkpoint, expected, runFolder);
  return checkpoint;
}

function readCheckpoint(runFolder: string, step: number, files: FileSystem): Checkpoint {
  const folder = checkpointFolder(runFolder, step);
  const stateFile = join(folder, 'state.json');
  const state = decodeState(read(files, stateFile, largestState), stateFile);
  if (state.step !== step) {
    throw new CheckpointError(`${folder} has been renamed`, { got: `step ${step}`, expected: `step ${state.step}` });
  }
  const parameters = readTensors(files, folder, 'parameters.safetensors', state);
  const difference = firstDifference(parameters, state.parameters);
  if (difference !== null) throw new CheckpointError(`${folder} contradicts itself`, difference);
  const optimizer = readTensors(files, folder, 'optimizer.safetensors', state);
  return { step, model: state.model, parameters, optimizer, state: state.state, score: state.score };
}

function readTensors(files: FileSystem, folder: string, name: TensorFileName, state: CheckpointState): NamedTensor[] {
  const path = join(folder, name);
  const recorded = state.files[name];
  const bytes = read(files, path, recorded.bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.byteLength !== recorded.bytes || sha256 !== recorded.sha256) {
    throw new CheckpointError(`${path} is not as it was written`, {
      got: `${bytes.byteLength} bytes, sha256 ${sha256}`,
      expected: `${recorded.bytes} bytes, sha256 ${recorded.sha256}`,
    });
  }
  return readSafetensors(bytes, path).tensors.map((tensor) => {
    if (tensor.dtype === 'F32') return tensor;
    throw new CheckpointError(`${path}, tensor ${tensor.name}`, { got: tensor.dtype, expected: 'F32' });
  });
}

/** @param most bytes that it may have */
function read(files: FileSystem, path: string, most: number): Uint8Array {
  try {
    return files.readFileSync(path, most);
  } catch (error) {
    const { got, cause } = describeFailure(error);
    throw new CheckpointError(`cannot read ${path}`, { got, cause });
  }
}

/** @throws CheckpointError where a checkpoint belongs to another model than expected, or has other shapes */
export function assertModel(checkpoint: Checkpoint, expected: ExpectedModel, runFolder: string): void {
  const folder = checkpointFolder(runFolder, checkpoint.step);
  const remedy = 'Resume it with the configuration in its own run folder, or start a new run';
  if (checkpoint.model !== expected.model) {
    const detail = { got: checkpoint.model, expected: expected.model, remedy };
    throw new CheckpointError(`checkpoint ${folder} belongs to another model`, detail);
  }
  const difference = firstDifference(checkpoint.parameters, expected.parameters);
  if (difference !== null) {
    throw new CheckpointError(`checkpoint ${folder} does not fit ${expected.model}`, { ...difference, remedy });
  }
}

/** In the order of names: the first parameter that is missing, too many, or of another shape. */
function firstDifference(
  got: readonly Parameter[],
  expected: readonly Parameter[],
): { got: string; expected: string } | null {
  const left = got.toSorted(byName);
  const right = expected.toSorted(byName);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [a, b] = [describe(left[i]), describe(right[i])];
    if (a !== b) return { got: a, expected: b };
  }
  return null;
}

function describe(parameter: Parameter | undefined): string {
  return parameter === undefined ? 'no further parameter' : `${parameter.name} [${parameter.shape.join(', ')}]`;
}
