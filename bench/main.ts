/**
 * `npm run bench`: `credence bench` of the sources, and with `--vs FOLDER` the same beside other libraries.
 *
 * npm run bench -- [training | scaling] [--key value ...]      as `credence bench --help` tells
 * npm run bench -- --vs ../shared/peers [--only TEXT,...]      the table of bench/versus/run.ts
 *
 * The kernels alone: npx tsx bench/kernels.ts; the reduction alone: npx tsx bench/allreduce.ts. Needs `npm run build`.
 */
import { run } from '../src/cli/index.ts';
import { versus } from './versus/run.ts';

const words = process.argv.slice(2);
if (words.some((word) => /^--vs(=|$)/.test(word))) await versus(words);
else process.exitCode = await run(['bench', ...words]);
