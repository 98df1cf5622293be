/**
 * The regression benchmark of Hernandez-Lobato and Adams 2015: nine sets with their canonical splits, one set of
 * hyperparameters for all, those of `credence train FILE.csv --target y`. Splits are dealt to two processes.
 *
 * npm run bench -- --uci FOLDER [--sets concrete,yacht,...] [--splits 20] [--draws 100] [--out bench/uci.json] [--write]
 *   [--validation 0.2] [--settings JSON]
 *
 * FOLDER holds NAME.csv.gz, its target last, and NAME.test-rows.json, the rows of each split that are tested; it does not
 * come with the project. --out keeps the splits of earlier runs that were not done again; --write puts the table into
 * bench/RESULTS.md. With --validation the splits are judged by that share of their training rows, and the test rows are not
 * looked at: so were the hyperparameters chosen, by --settings such as '{"initialScale":-3}'.
 */
import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../src/machine/index.ts';
import { writeBetween } from '../results-page.ts';
import { readUciSet, setNames } from './data.ts';
import type { Fitted, Task } from './fit.ts';
import { type UciReport, renderUci } from './table.ts';

const processes = 2;

export async function uci(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      uci: { type: 'string' },
      sets: { type: 'string', default: setNames.join(',') },
      splits: { type: 'string', default: '20' },
      draws: { type: 'string', default: '100' },
      validation: { type: 'string', default: '0' },
      settings: { type: 'string', default: '{}' },
      out: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const folder = values.uci ?? '';
  const chosen = values.sets.split(',');
  const settings = JSON.parse(values.settings) as Task['settings'];
  const [validation, draws] = [Number(values.validation), Number(values.draws)];
  const tasks = chosen.flatMap((set) => {
    const count = Math.min(Number(values.splits), readUciSet(folder, set).testRows.length);
    return Array.from({ length: count }, (_, split): Task => ({ set, split, validation, draws, settings }));
  });
  const began = performance.now();
  let report: UciReport = { machine: describeMachine(), draws, validation, settings, fitted: [] };
  const keep = () => {
    if (values.out) writeFileSync(values.out, `${JSON.stringify(gather(report, values.out))}\n`);
  };
  await shared(folder, tasks, (fitted) => {
    report = { ...report, fitted: [...report.fitted, fitted] };
    process.stderr.write(
      `${fitted.set} ${fitted.split}: NLL ${fitted.nll.toFixed(3)}, ${fitted.seconds.toFixed(1)} s\n`,
    );
    keep();
  });
  if (values.out) report = gather(report, values.out);
  const table = renderUci(report);
  if (values.write) writeBetween('uci', table);
  process.stdout.write(table);
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0)} s\n`);
}

/** Deals the tasks out, each to the process that is free first. */
async function shared(folder: string, tasks: readonly Task[], done: (fitted: Fitted) => void): Promise<void> {
  const left = [...tasks];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // the loader of TypeScript that this process was started with goes along
      const worker = fork(join(import.meta.dirname, '../uci-worker.ts'));
      const next = (): void => {
        const task = left.shift();
        if (task === undefined) worker.disconnect();
        else worker.send({ folder, task });
      };
      worker.on('message', (fitted) => {
        done(fitted as Fitted);
        next();
      });
      worker.on('error', reject);
      worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a process ended with code ${code}`))));
      next();
    });
  await Promise.all(Array.from({ length: processes }, work));
}

/** Splits of an earlier run stay where they were not done again. */
function gather(report: UciReport, out: string): UciReport {
  if (!existsSync(out)) return report;
  const { fitted: earlier } = JSON.parse(readFileSync(out, 'utf8')) as UciReport;
  const isNew = ({ set, split }: Fitted) => !report.fitted.some((one) => one.set === set && one.split === split);
  const place = ({ set, split }: Fitted) => 100 * setNames.indexOf(set) + split;
  return {
    ...report,
    fitted: [...report.fitted, ...earlier.filter(isNew)].toSorted((a, b) => place(a) - place(b)),
  };
}
