/**
 * `npm run bench`: `credence bench` of the sources, and more.
 *
 * npm run bench -- [training | scaling] [--key value ...]      as `credence bench --help` tells
 * npm run bench -- --vs ../shared/peers [--only TEXT,...]      the table of bench/versus/run.ts
 * npm run bench -- --uci FOLDER [--sets TEXT,...]              regression on nine sets: bench/uci/run.ts
 *
 * The kernels alone: npx tsx bench/kernels.ts; the reduction alone: npx tsx bench/allreduce.ts. Needs `npm run build`.
 */
import { run } from '../src/cli/index.ts';
import { uci } from './uci/run.ts';
import { versus } from './versus/run.ts';

const words = process.argv.slice(2);
const isGiven = (flag: string) => words.some((word) => word === flag || word.startsWith(`${flag}=`));
if (isGiven('--vs')) await versus(words);
else if (isGiven('--uci')) await uci(words);
else process.exitCode = await run(['bench', ...words]);
