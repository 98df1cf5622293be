import type { Layer } from '../layers/index.ts';

/** A network by name: a function of the numbers that its likelihood reads; what goes in, its layers see for themselves. */
export type Network = (outputs: number) => Layer;

/** A network as a configuration says it: by name, as the path of a module, or written down. */
export type DescribedModel = string | { readonly [key: string]: unknown };

/** Whether a `model` is the path of a module: `./mine.mjs`. */
export function isModulePath(model: string): boolean {
  return /\.[cm]?[jt]s$/.test(model);
}

/** What a run of this model is called. */
export function nameOf(model: DescribedModel): string {
  if (typeof model !== 'string') return typeof model['name'] === 'string' ? model['name'] : 'network';
  return isModulePath(model) ? (/([^/\\]+)\.\w+$/.exec(model)?.[1] ?? 'network') : model;
}
