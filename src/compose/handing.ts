/** Examples on their way to other threads: inputs that stay in their file are opened there anew. */
import { type HandedInputs, handedInputs, openInputs } from '../datasets/index.ts';
import type { Inputs } from '../models/index.ts';

/** Examples as a thread is handed them: plain values and shared memory. */
export type Handed<T extends { readonly inputs: Inputs }> = Omit<T, 'inputs'> & { readonly inputs: HandedInputs };

export function handed<T extends { readonly inputs: Inputs }>(examples: T): Handed<T> {
  return { ...examples, inputs: handedInputs(examples.inputs) };
}

/** @throws DataError where a file cannot be opened */
export function taken<T extends { readonly inputs: HandedInputs }>(
  examples: T,
): Omit<T, 'inputs'> & { readonly inputs: Inputs } {
  return { ...examples, inputs: openInputs(examples.inputs) };
}
