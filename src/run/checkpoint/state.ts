/**
 * `state.json` of a checkpoint: what it belongs to, the sha256 of the tensor files beside it, and a sha256 over itself.
 * The latter is taken over the file's bytes without its own 64 digits, so that no bit of the file goes unwatched.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CheckpointError } from '../../errors/index.ts';

export const schemaVersion = 1;

/** Bytes: levels of text columns and names of classes may be many. */
export const largestState = 2 ** 27;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.number().int().nonnegative();
const storedFile = z.strictObject({ sha256: digest, bytes: size });

const checkpointState = z.strictObject({
  sha256: digest,
  schemaVersion: z.literal(schemaVersion),
  step: size,
  model: z.string(),
  score: z.number().nullable(),
  parameters: z.array(z.strictObject({ name: z.string(), shape: z.array(size) })),
  files: z.strictObject({ 'parameters.safetensors': storedFile, 'optimizer.safetensors': storedFile }),
  /** the trainer's own; it checks it itself */
  state: z.record(z.string(), z.unknown()),
});

export type CheckpointState = z.infer<typeof checkpointState>;
export type StoredFile = z.infer<typeof storedFile>;
export type TensorFileName = keyof CheckpointState['files'];

const opening = '{\n  "sha256": "';

export function encodeState(state: Omit<CheckpointState, 'sha256'>): Uint8Array {
  const rest = `",${JSON.stringify(state, null, 2).slice(1)}\n`;
  const sha256 = createHash('sha256').update(opening).update(rest).digest('hex');
  return Buffer.from(opening + sha256 + rest);
}

/**
 * @param file its name, for messages
 * @throws CheckpointError if a single bit is not as it was written, or another version wrote it
 */
export function decodeState(bytes: Uint8Array, file: string): CheckpointState {
  const body = opening.length + 64;
  const written = Buffer.from(bytes.subarray(opening.length, body)).toString('latin1');
  const sha256 = createHash('sha256')
    .update(bytes.subarray(0, opening.length))
    .update(bytes.subarray(body))
    .digest('hex');
  if (written !== sha256) {
    throw new CheckpointError(`${file} is not as it was written`, { got: `sha256 ${sha256} of its content` });
  }
  const parsed = checkpointState.safeParse(parseJson(Buffer.from(bytes).toString('utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CheckpointError(`${file} is of another version of credence`, {
    got: `${issue?.path.join('.') || 'the file'}: ${issue?.message}`,
    expected: `schema version ${schemaVersion}`,
    remedy: 'Read it with the version that wrote it',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
