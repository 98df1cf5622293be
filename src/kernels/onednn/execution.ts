import { onednn } from './functions.ts';
import { type Handle, type Session, isBrokenBySignals } from './session.ts';

type Operand = readonly [operand: number, memory: Handle];

/**
 * Executions of one primitive on different operands: the function runs the i-th. On a CPU and without a pool of threads
 * an execution has ended when the call comes back, so that nothing waits for the stream.
 */
export function executions(
  session: Session,
  description: Handle,
  lists: readonly (readonly Operand[])[],
): (i: number) => void {
  const { execute } = session.functions;
  const { stream } = session;
  const primitive = session.primitive(description);
  const operands = session.operands(lists);
  const count = lists[0]!.length;
  const run = (i: number) => {
    const status = execute(primitive, stream, count, operands[i]!);
    if (status !== 0) throw new Error(`oneDNN failed in a kernel, status ${status}`);
  };
  if (!isBrokenBySignals(session.implementationOf(description))) return run;
  const { block, restore } = session.library.signals!;
  return (i) => {
    block();
    run(i);
    restore();
  };
}

/** Copies a tensor from one layout into another, between fixed places. */
export function reorder(session: Session, from: Handle, source: Handle, to: Handle, target: Handle): () => void {
  const { engine, functions } = session;
  const description = session.description((out) => functions.reorder(out, from, engine, to, engine, 0), 'reorder');
  const { operand } = onednn;
  const run = executions(session, description, [
    [
      [operand.source, source],
      [operand.result, target],
    ],
  ]);
  return () => run(0);
}

/** Tensors of the memory that lie one behind the other, `step` bytes apart. */
export function tensorsFrom(
  session: Session,
  descriptor: Handle,
  offset: number,
  step: number,
  count: number,
): Handle[] {
  return Array.from({ length: count }, (_, i) => session.tensor(descriptor, offset + i * step));
}
