/**
 * `calibration/step-N.json` and `step-N.safetensors` of a run folder: what a held-out part taught about the checkpoint of a step, and
 * training examples that inputs are compared with. They say of which parameters they are.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Calibration, Familiarity, FamiliarityView } from '../calibration/index.ts';
import { CheckpointError, commandOf, describeFailure, systemCode } from '../errors/index.ts';
import type { NamedTensor } from '../train/index.ts';
import { longFile, readRegular } from './files/regular.ts';
import { writeRunFile } from './folder/index.ts';
import { readSafetensors, safetensorsChunks } from './safetensors/index.ts';

const numbers = z.array(
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.POSITIVE_INFINITY),
);

const record = z.object({
  schemaVersion: z.literal(1),
  step: z.int().nonnegative(),
  /** of the checkpoint */
  parametersSha256: z.string(),
  at: z.string(),
  /** which examples: the validation part, or a half of the test set that is drawn by the seed */
  of: z.enum(['validation part', 'half of the test set']),
  draws: z.int().positive(),
  seed: z.int().nonnegative(),
  count: z.int().positive(),
  classes: z
    .object({
      temperature: z.number().positive(),
      before: z.number(),
      after: z.number(),
      /** ascending */
      scores: numbers,
    })
    .nullable(),
  /** of each output, ascending; infinite ones are null */
  numbers: z.array(numbers).nullable(),
  /** on examples that it was not learned from: the test set, or its other half */
  check: z.object({
    count: z.int().positive(),
    before: z.number().optional(),
    after: z.number().optional(),
    coverage: z.number(),
    size: z.number().optional(),
  }),
  /** of the file of references; null: there is none */
  referencesSha256: z.string().nullable(),
});

/** A calibration, of which checkpoint it is, and how it was made. */
export type CalibrationRecord = Omit<
  z.infer<typeof record>,
  'schemaVersion' | 'referencesSha256' | 'classes' | 'numbers'
> &
  Calibration;

const fileOf = (step: number, ending: 'json' | 'safetensors') => join('calibration', `step-${step}.${ending}`);

/**
 * The references first: the record is what makes them count.
 * @throws RunFolderError if a file cannot be written
 */
export function writeCalibration(folder: string, { familiarity, ...facts }: CalibrationRecord): void {
  const { step, classes, numbers: own } = facts;
  let referencesSha256: string | null = null;
  if (familiarity !== null) {
    const hash = createHash('sha256');
    const chunks = [...safetensorsChunks(tensorsOf(familiarity))];
    for (const chunk of chunks) hash.update(chunk);
    referencesSha256 = hash.digest('hex');
    writeRunFile(folder, fileOf(step, 'safetensors'), chunks);
  }
  const text = JSON.stringify({
    schemaVersion: 1,
    ...facts,
    classes: classes && { ...classes, scores: [...classes.scores] },
    numbers: own && own.map((scores) => [...scores]),
    referencesSha256,
  });
  writeRunFile(folder, fileOf(step, 'json'), `${text}\n`);
}

/**
 * The calibration of a checkpoint; null where it has none.
 * @param parametersSha256 of the checkpoint
 * @throws CheckpointError where the files are broken, or of a checkpoint with other parameters
 */
export function readCalibration(folder: string, step: number, parametersSha256: string): CalibrationRecord | null {
  const remedy = remedyFor(folder);
  const read = readRecord(folder, step);
  if (read === null) return null;
  const { referencesSha256, facts } = read;
  if (facts.parametersSha256 !== parametersSha256 || facts.step !== step) {
    throw new CheckpointError(`${join(folder, fileOf(step, 'json'))} is the calibration of another checkpoint`, {
      got: `parameters of sha256 ${facts.parametersSha256}, step ${facts.step}`,
      expected: `${parametersSha256}, step ${step}`,
      remedy,
    });
  }
  const familiarity = referencesSha256 === null ? null : readReferences(folder, step, referencesSha256, remedy);
  return { ...facts, familiarity };
}

/** What a report tells of a calibration. */
export type CalibrationFacts = Omit<CalibrationRecord, 'familiarity'>;

/**
 * The same without the examples that inputs are compared with, and without a look at the checkpoint.
 * @throws CheckpointError where the file is broken
 */
export function readCalibrationFacts(folder: string, step: number): CalibrationFacts | null {
  return readRecord(folder, step)?.facts ?? null;
}

function remedyFor(folder: string): string {
  return `Make it anew: ${commandOf('evaluate', [folder])}; or predict without it: --calibration off`;
}

function readRecord(
  folder: string,
  step: number,
): { readonly facts: CalibrationFacts; readonly referencesSha256: string | null } | null {
  const path = join(folder, fileOf(step, 'json'));
  const remedy = remedyFor(folder);
  const text = contentOf(path, remedy);
  if (text === null) return null;
  const parsed = record.safeParse(attempt(() => JSON.parse(text.toString('utf8'))));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CheckpointError(`${path} is no calibration`, {
      got: `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`,
      remedy,
    });
  }
  const { referencesSha256, schemaVersion: _version, classes, numbers: own, ...facts } = parsed.data;
  return {
    referencesSha256,
    facts: {
      ...facts,
      classes: classes && { ...classes, scores: Float64Array.from(classes.scores) },
      numbers: own && own.map((scores) => Float64Array.from(scores)),
    },
  };
}

function readReferences(folder: string, step: number, sha256: string, remedy: string): Familiarity {
  const path = join(folder, fileOf(step, 'safetensors'));
  const bytes = contentOf(path, remedy);
  const got = bytes === null ? 'no such file' : `sha256 ${createHash('sha256').update(bytes).digest('hex')}`;
  if (bytes === null || got !== `sha256 ${sha256}`) {
    throw new CheckpointError(`${path} is not as it was written`, { got, expected: `sha256 ${sha256}`, remedy });
  }
  const { tensors } = readSafetensors(bytes, path);
  const named = (name: string) => {
    const tensor = tensors.find((one) => one.name === name);
    if (tensor?.dtype === 'F32') return tensor;
    throw new CheckpointError(`${path} has no numbers ${name}`, { remedy });
  };
  const view = (name: string): FamiliarityView => {
    const axes = named(`${name}/axes`);
    const distances = tensors
      .filter((tensor) => tensor.name.startsWith(`${name}/distances/`))
      .map((tensor) => [Number(tensor.name.split('/')[2]), tensor] as const)
      .toSorted(([a], [b]) => a - b);
    return {
      ...{ kept: axes.shape[0]!, width: axes.shape[1]!, axes: axes.data },
      centre: named(`${name}/centre`).data,
      references: named(`${name}/references`).data,
      distances: distances.map(([, { data }]) => Float64Array.from(data as Float32Array)),
    };
  };
  return { groups: Int32Array.from(named('groups').data), inputs: view('inputs'), features: view('features') };
}

function tensorsOf({ groups, inputs, features }: Familiarity): NamedTensor[] {
  const tensor = (name: string, shape: readonly number[], data: Float32Array): NamedTensor => ({ name, shape, data });
  const view = (name: string, { width, kept, centre, axes, references, distances }: FamiliarityView) => [
    tensor(`${name}/centre`, [width], centre),
    tensor(`${name}/axes`, [kept, width], axes),
    tensor(`${name}/references`, [references.length / kept, kept], references),
    ...distances.map((own, g) => tensor(`${name}/distances/${g}`, [own.length], Float32Array.from(own))),
  ];
  return [
    tensor('groups', [groups.length], Float32Array.from(groups)),
    ...view('inputs', inputs),
    ...view('features', features),
  ];
}

/** null: there is no such file */
function contentOf(path: string, remedy: string): Buffer | null {
  try {
    return readRegular(path, longFile);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    const { got, cause } = describeFailure(error);
    throw new CheckpointError(`cannot read ${path}`, { got, cause, remedy });
  }
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
