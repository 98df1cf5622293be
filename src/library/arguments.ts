/** What people hand to the words of the library, looked at before it is opened. */
import type { DataSchema } from '../data/index.ts';
import { UsageError, describeValue, isNumbers, isObject } from '../errors/index.ts';
import { type KernelsFactory, isKernelsFactory } from '../kernels/index.ts';

/** @throws UsageError where options are given that are none, or an engine among them that is none */
export function checkOptions(of: string, options: { readonly kernels?: KernelsFactory }): void {
  if (!isObject(options)) {
    throw new UsageError(`options of ${of}`, { got: describeValue(options), expected: 'an object' });
  }
  const { kernels } = options;
  if (kernels === undefined || isKernelsFactory(kernels)) return;
  throw new UsageError('kernels', { got: describeValue(kernels), expected: 'such as wasmKernels' });
}

/** Whether it says how rows become inputs and targets. */
export function isSchema(schema: unknown): schema is DataSchema {
  if (!isObject(schema)) return false;
  const { input, target } = schema;
  return isObject(input) && isNumbers(input.shape) && isObject(target) && Array.isArray(target.names);
}
