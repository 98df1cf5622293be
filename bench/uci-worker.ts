/** A process that trains the splits it is told to, one after the other: see bench/uci/run.ts. */
import { type UciSet, readUciSet } from './uci/data.ts';
import { type Task, fit } from './uci/fit.ts';

let set: UciSet | null = null;

process.on('message', ({ folder, task }: { folder: string; task: Task }) => {
  if (set?.name !== task.set) set = readUciSet(folder, task.set);
  void fit(set, task).then((fitted) => process.send!(fitted));
});
