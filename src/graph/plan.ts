import { GraphError } from '../errors/index.ts';
import type { Graph } from './graph.ts';
import { bytesOf } from './shapes.ts';
import { type Nesting, type Stage, schedule, stageNames } from './stages.ts';
import type { Node, Tensor } from './types.ts';

/** Alignment of every buffer: a cache line. */
const alignment = 64;

export function align(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

export interface PlanRequest {
  readonly graph: Graph;
  /** tensors that the caller reads after a stage: they keep their memory to the end of the step */
  readonly outputs: readonly Tensor[];
  /** outputs that are not wanted every time: what depends on parameters only, and only they need, is a stage of its own */
  readonly occasional?: readonly Tensor[];
  /** offsets that the caller has given away already: parameters, gradients that lie in one region, … */
  readonly placed: ReadonlyMap<Tensor, number>;
  /** offset of the first byte that the planner may use */
  readonly base: number;
  /** which loops the nodes stand in; those of training unless given */
  readonly nesting?: Nesting;
}

export interface Plan {
  /** the nodes of each stage, in the order of execution, without reshapes */
  readonly stages: Readonly<Record<Stage, readonly Node[]>>;
  /** byte offset of every tensor that the nodes touch */
  readonly offsets: ReadonlyMap<Tensor, number>;
  readonly constants: readonly Tensor[];
  /** first byte behind the arena */
  readonly end: number;
  /** lifetimes, for reports and tests */
  readonly placements: readonly Placement[];
}

export interface Placement {
  readonly tensor: Tensor;
  readonly offset: number;
  readonly bytes: number;
  /** positions in the order of execution between which the tensor holds a value that is still needed */
  readonly from: number;
  readonly to: number;
}

/**
 * Gives every tensor an offset by its lifetime, so that memory is shared by tensors that never live together: largest
 * first, each at the lowest offset that is free while it lives (Pisarchyk and Lee 2020, arXiv 2001.03288, greedy by
 * size). A tensor that a later stage reads lives to the end, since later stages run several times per step.
 */
export function plan({ graph, outputs, occasional = [], placed, base, nesting = 'training' }: PlanRequest): Plan {
  const order = schedule(graph, outputs, nesting, occasional);
  const aliases = new Aliases(order.map(({ node }) => node));
  for (const tensor of placed.keys()) {
    if (aliases.root(tensor) !== tensor) throw new GraphError(`${tensor.name} is an alias and cannot be placed`);
  }
  const lifetimes = measure(order, aliases, [...outputs, ...occasional], placed);
  const { placements, end } = place(lifetimes, base);
  const offsets = new Map(placed);
  for (const { tensor, offset } of placements) offsets.set(tensor, offset);
  for (const tensor of aliases.tensors()) offsets.set(tensor, offsets.get(aliases.root(tensor))!);
  const stages = Object.fromEntries(
    stageNames.map((name) => [
      name,
      order.filter(({ stage, node }) => stage === name && node.operation !== 'reshape').map(({ node }) => node),
    ]),
  ) as Record<Stage, Node[]>;
  const constants = [...offsets.keys()].filter(({ role }) => role === 'constant');
  return { stages, offsets, constants, end, placements };
}

/** A reshape's output is its input under another shape: both share one root, whose memory they are. */
class Aliases {
  readonly #roots = new Map<Tensor, Tensor>();

  constructor(nodes: readonly Node[]) {
    for (const { operation, inputs, outputs } of nodes) {
      if (operation === 'reshape') this.#roots.set(outputs[0]!, this.root(inputs[0]!));
    }
  }

  root(tensor: Tensor): Tensor {
    return this.#roots.get(tensor) ?? tensor;
  }

  tensors(): Iterable<Tensor> {
    return this.#roots.keys();
  }
}

interface Lifetime {
  readonly tensor: Tensor;
  from: number;
  to: number;
  stage: Stage;
}

function measure(
  order: readonly { node: Node; stage: Stage }[],
  aliases: Aliases,
  outputs: readonly Tensor[],
  placed: ReadonlyMap<Tensor, number>,
): Lifetime[] {
  const end = order.length;
  const lifetimes = new Map<Tensor, Lifetime>();
  const touch = (tensor: Tensor, at: number, stage: Stage) => {
    const root = aliases.root(tensor);
    if (placed.has(root)) return;
    let lifetime = lifetimes.get(root);
    if (!lifetime) {
      // inputs and constants are filled before the first node runs and must survive every stage
      const own = root.role === 'value';
      lifetime = { tensor: root, from: own ? at : -1, to: own ? at : end, stage };
      lifetimes.set(root, lifetime);
    }
    lifetime.to = Math.max(lifetime.to, stage === lifetime.stage ? at : end);
  };
  for (const [at, { node, stage }] of order.entries()) {
    for (const tensor of [...node.inputs, ...node.outputs]) touch(tensor, at, stage);
  }
  for (const tensor of outputs) {
    const lifetime = lifetimes.get(aliases.root(tensor));
    if (lifetime) lifetime.to = end;
  }
  return [...lifetimes.values()];
}

function place(lifetimes: readonly Lifetime[], base: number): { placements: Placement[]; end: number } {
  const bySize = lifetimes
    .map((lifetime) => ({ ...lifetime, bytes: Math.max(alignment, align(bytesOf(lifetime.tensor))) }))
    .sort((a, b) => b.bytes - a.bytes || a.tensor.id - b.tensor.id);
  const placements: Placement[] = [];
  let end = base;
  for (const { tensor, bytes, from, to } of bySize) {
    const neighbours = placements
      .filter((other) => other.from <= to && from <= other.to)
      .sort((a, b) => a.offset - b.offset);
    let offset = base;
    for (const other of neighbours) {
      if (offset + bytes <= other.offset) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    placements.push({ tensor, offset, bytes, from, to });
    end = Math.max(end, offset + bytes);
  }
  return { placements, end };
}
