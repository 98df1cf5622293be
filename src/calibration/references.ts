import { permutation, purpose } from '../random/index.ts';

/** Examples of the training that inputs are compared with, of each class and in all; and numbers that they hold together. */
const most = { ofClass: 2000, all: 20_000, numbers: 5e7 } as const;

export interface ReferenceRequest {
  /** examples of the training */
  readonly count: number;
  /** numbers of an example */
  readonly size: number;
  /** 1 where there are none */
  readonly classes: number;
  readonly seed: number;
}

/**
 * Places of training examples to learn familiarity from, drawn by the seed: as many of each class as there are, up to a limit.
 * @param classOf class of the example at a place; 0 where there are none
 */
export function chosenReferences(
  { count, size, classes, seed }: ReferenceRequest,
  classOf: (place: number) => number,
): Int32Array {
  const order = new Uint32Array(count);
  permutation(order, { seed, purpose: purpose.heldOut, step: 1, replica: 0, layer: 0, example: 0 });
  // what is as large as a long signal is compared with fewer
  const affordable = Math.max(500, Math.floor(most.numbers / size));
  const ofClass = Math.min(most.ofClass, Math.ceil(Math.min(most.all, affordable) / classes));
  const taken = new Int32Array(classes);
  return Int32Array.from(order).filter((place) => taken[classOf(place)]!++ < ofClass);
}
