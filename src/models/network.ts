import type { Layer } from '../layers/index.ts';

/** A network by name: a function of the numbers that its likelihood reads; what goes in, its layers see for themselves. */
export type Network = (outputs: number) => Layer;
