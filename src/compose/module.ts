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
    throw new UsageError(`the module ${path} fails${placeOf(cause, path)}`, {
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  if (!isModel(exported)) {
    throw new UsageError(`the module ${path} exports no model`, {
      got: lackOf(exported),
      expected: 'export default { network, likelihood }, or a function of the data that returns it',
    });
  }
  const { name = /([^/\\]+)\.\w+$/.exec(path)?.[1] ?? 'network' } = exported;
  return { ...exported, name, input: exported.input ?? info.input, units: exported.units ?? info.units };
}

/** A module may leave to the data what only they know. */
type Exported = Pick<Model<Predictive>, 'network' | 'likelihood' | 'units'> & Partial<Pick<Model, 'name' | 'input'>>;

/** What a likelihood must have, by its type. */
const likelihoodParts = {
  kind: 'string',
  outputs: 'number',
  target: 'object',
  stepFigure: 'object',
  figures: 'object',
  loss: 'function',
  predict: 'function',
  gather: 'function',
  quality: 'function',
};

function isModel(value: unknown): value is Exported {
  return isMapping(value) && isNetwork(value['network']) && lackingPart(value['likelihood']) === null;
}

function isNetwork(value: unknown): boolean {
  return isMapping(value) && typeof value['build'] === 'function';
}

/** What is wrong with a likelihood; null: nothing. */
function lackingPart(likelihood: unknown): string | null {
  if (!isMapping(likelihood)) return 'no likelihood';
  const part = Object.entries(likelihoodParts).find(([name, type]) => typeof likelihood[name] !== type);
  return part ? `a likelihood whose ${part[0]} is no ${part[1]}` : null;
}

/** Why a value is no model. */
function lackOf(exported: unknown): string {
  if (exported === undefined) return 'no default export, or a function that returns nothing';
  if (!isMapping(exported)) return `a default export of type ${typeof exported}`;
  if (!isNetwork(exported['network'])) return 'no network, which is a layer: an object with build(x, context)';
  return lackingPart(exported['likelihood']) ?? 'another value';
}

/** The line of a module in which something was thrown, as far as that is told. */
function placeOf(cause: unknown, path: string): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const place = stack.indexOf(pathToFileURL(resolve(path)).href);
  const line = place < 0 ? null : /^[^\n]*?\.[cm]?[jt]s:(\d+)/.exec(stack.slice(place));
  return line ? ` in line ${line[1]}` : '';
}
