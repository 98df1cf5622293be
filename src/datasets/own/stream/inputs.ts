/** Inputs that stay in their files, and what it takes for another thread to open the same ones. */
import {
  areStored,
  type DataSchema,
  encodeArrayInputs,
  joinedInputs,
  type NumberArray,
  storedInputs,
} from '../../../data/index.ts';
import { type InputRows, type Inputs, areInMemory } from '../../../models/index.ts';
import { type FileNumbers, isFileNumbers, openNumbers } from './open.ts';
import type { ArrayPlace } from './place.ts';

/** Plain values: what a thread can be handed. */
export type InputPlan =
  | {
      readonly kind: 'file';
      /** for messages */
      readonly name: string;
      readonly place: ArrayPlace;
      /** places of the examples in the array; on shared memory */
      readonly rows: Int32Array;
      readonly schema: DataSchema['input'];
    }
  | {
      readonly kind: 'joined';
      /** numbers of an example */
      readonly size: number;
      readonly parts: readonly HandedInputs[];
    };

export type HandedInputs = Uint8Array | Float32Array | InputPlan;

interface PlannedInputs extends InputRows {
  readonly plan: InputPlan;
}

function isPlanned(inputs: InputRows): inputs is PlannedInputs {
  return 'plan' in inputs;
}

/** Inputs as a thread can be handed them. */
export function handedInputs(inputs: Inputs): HandedInputs {
  if (areInMemory(inputs)) return inputs;
  if (isPlanned(inputs)) return inputs.plan;
  throw new TypeError('inputs that no other thread can open');
}

/**
 * The same inputs, on a thread that was handed them.
 * @throws DataError where a file cannot be opened
 */
export function openInputs(handed: HandedInputs): Inputs {
  if (ArrayBuffer.isView(handed)) return handed;
  if (handed.kind === 'file') return plannedInputs(handed, openNumbers(handed.place));
  return joined(handed.parts.map(openInputs), handed.size);
}

function plannedInputs(plan: InputPlan & { readonly kind: 'file' }, data: FileNumbers): PlannedInputs {
  const { name, place, rows, schema } = plan;
  const array = {
    ...{ name, array: schema.array, shape: place.shape, data },
    places: { unit: 'index', of: (row: number) => row },
  } as const;
  return { ...storedInputs(array, rows, schema), plan };
}

/** Inputs of several files, one behind the other; those in memory stay there. */
export function joined(parts: readonly Inputs[], size: number): PlannedInputs {
  return { ...joinedInputs(parts, size), plan: { kind: 'joined', size, parts: parts.map(handedInputs) } };
}

/**
 * Rows of an array as inputs: encoded in memory, or when they are asked for where the array stays in its file.
 * @param rows on shared memory
 */
export function inputsOfArray(array: NumberArray, rows: Int32Array, schema: DataSchema['input']): Inputs {
  const { data, name } = array;
  if (!areStored(data)) return encodeArrayInputs(array, rows, schema);
  if (isFileNumbers(data)) return plannedInputs({ kind: 'file', name, place: data.place, rows, schema }, data);
  return storedInputs({ ...array, data }, rows, schema);
}
