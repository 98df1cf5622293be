/** Models of a user's own: a module whose default export is a model, or a function of the data that gives one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../errors/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import { type Model, isMapping } from '../models/index.ts';
import type { DataInfo } from './info.ts';
import { makeNameKnown } from './own-name.ts';

/** sha256 of a module's bytes: a run does not go on with another. */
export function moduleSha256(path: string): string {
  return createHash('sha256').update(bytesOf(path)).digest('hex');
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UsageError(`the module ${path} cannot be read`, {
      got: (cause as Error).message,
      remedy: 'Check the path given as model',
      cause,
    });
  }
}

/**
 * Imports it, on every rank.
 * @throws UsageError where it throws, exports no model, or one for other data
 */
export async function modelOfModule(path: string, info: DataInfo): Promise<Model<Predictive>> {
  bytesOf(path);
  makeNameKnown(path);
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }).default;
    if (typeof exported === 'function') exported = await (exported as (data: DataInfo) => unknown)(info);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw new UsageError(`this Node does not run ${path}`, {
        got: `Node ${process.versions.node}`,
        expected: 'Node 22.18 or later for TypeScript',
        remedy: 'Give a .mjs file',
        cause,
      });
    }
    throw new UsageError(`the module ${path} fails`, { got: (cause as Error)?.message ?? String(cause), cause });
  }
  if (!isModel(exported)) {
    throw new UsageError(`the module ${path} exports no model`, {
      got: exported === undefined ? 'no default export' : `a default export of type ${typeof exported}`,
      expected: 'export default { network, likelihood }, or a function of the data that returns it',
    });
  }
  const { name = /([^/\\]+)\.\w+$/.exec(path)?.[1] ?? 'network' } = exported;
  return { ...exported, name, input: exported.input ?? info.input, units: exported.units ?? info.units };
}

/** A module may leave to the data what only they know. */
type Exported = Pick<Model<Predictive>, 'network' | 'likelihood' | 'units'> & Partial<Pick<Model, 'name' | 'input'>>;

function isModel(value: unknown): value is Exported {
  if (!isMapping(value)) return false;
  const { network, likelihood } = value;
  return (
    isMapping(network) &&
    typeof network['build'] === 'function' &&
    isMapping(likelihood) &&
    typeof likelihood['loss'] === 'function'
  );
}
