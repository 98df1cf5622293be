import { joinMpi } from '../../src/comm/mpi/index.ts';
import { healthy, scenarios } from './scenarios.ts';

/** Run by mpiexec: the seconds of the deadline and of the start, then scenarios. Prints one line that begins with `result`. */
const [deadline, start, ...names] = process.argv.slice(2);
const communicator = await joinMpi({ deadlineSeconds: Number(deadline), startSeconds: Number(start) });
const results: Record<string, unknown> = {};
for (const name of names) results[name] = await scenarios[name](communicator);
process.stdout.write(`result ${communicator.rank} ${JSON.stringify(results)}\n`);
if (names.every((name) => name in healthy)) communicator.close();
else process.exitCode = 1;
