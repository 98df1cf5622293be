/**
 * Credence beside other libraries, measured in turn: row by row, round by round, each in a process of its own. Every row
 * stands for itself, so that rows may be measured one at a time (`--only`) and be gathered in one file.
 *
 * PEERS=FOLDER npm run bench -- --vs ../shared/peers [--only TEXT,...] [--rounds 3] [--out bench/versus.json] [--write]
 *   [--json] [--list]
 *
 * FOLDER is what `setup.sh` of the peers filled. --only takes the rows whose names (--list) hold one of the texts. --out
 * keeps the rows of earlier runs on this machine that were not measured again; --write puts the table into
 * bench/RESULTS.md. A peer that the first round shows to be under 0.6 of the best one is left out of the others. Without
 * peers ours is measured alone.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../src/machine/index.ts';
import { spread } from '../../src/machine/index.ts';
import { capture } from '../command.ts';
import { writeBetween } from '../results-page.ts';
import { measureLimits } from './limits.ts';
import { measureOwn, obstacle } from './ours.ts';
import { type PeerRun, lacking, measurePeer } from './peers.ts';
import { type OwnRun, type Row, rows } from './rows.ts';
import { type RowResult, type VersusReport, renderVersus } from './table.ts';

interface Setting {
  /** the peers' programs */
  readonly folder: string;
  readonly rounds: number;
  /** to which measurements on one core are pinned: the last, as the peers do */
  readonly core: number;
}

const machine = describeMachine();

export async function versus(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      vs: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      out: { type: 'string' },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const texts = values.only?.split(',') ?? [''];
  const chosen = rows.filter(({ id }) => texts.some((text) => id.includes(text)));
  if (values.list) return void process.stdout.write(`${chosen.map(({ id }) => id).join('\n')}\n`);
  if (chosen.length === 0)
    throw new Error(`--only: got ${values.only}, expected parts of ${rows.map(({ id }) => id).join(', ')}`);
  const setting: Setting = {
    folder: resolve(values.vs ?? ''),
    rounds: Math.max(1, Math.floor(Number(values.rounds)) || 3),
    core: availableParallelism() - 1,
  };
  const { rounds } = setting;
  let report: VersusReport = { machine, versions: await versions(), rounds, limits: await measureLimits(), rows: [] };
  for (const row of chosen) {
    process.stderr.write(`${row.id}\n`);
    report = { ...report, rows: [...report.rows, await measureRow(row, setting)] };
    // Row by row: all of them take half an hour, and what is measured should not be lost.
    if (values.out) writeFileSync(values.out, `${JSON.stringify(gather(report, values.out), null, 2)}\n`);
  }
  report = gather(report, values.out);
  const table = renderVersus(report);
  if (values.write) writeBetween('versus', table);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : table);
}

async function measureRow(row: Row, setting: Setting): Promise<RowResult> {
  const sides = new Map<string, { rates: number[]; peaks: number[] }>();
  const missing: string[] = [];
  const ours: [name: string, run: OwnRun][] =
    row.kind === 'own'
      ? [
          [nameOf(row.first, row.second), row.first],
          [nameOf(row.second, row.first), row.second],
        ]
      : [['credence', row.own]];
  for (const [, run] of ours) {
    const reason = await obstacle(run);
    if (reason !== null) return { ...judged(row, [], [`not measured: ${reason}`]), machine };
  }
  let peers = row.kind === 'own' ? [] : row.peers.filter((run) => isThere(run, setting, missing));
  const keep = (name: string, { rate, peakRssMB }: { rate: number; peakRssMB: number | null }): void => {
    const side = sides.get(name) ?? { rates: [], peaks: [] };
    sides.set(name, {
      rates: [...side.rates, rate],
      peaks: [...side.peaks, ...(peakRssMB === null ? [] : [peakRssMB])],
    });
  };
  for (let round = 0; round < setting.rounds; round++) {
    for (const [name, run] of ours) keep(name, await measureOwn(run, setting.core));
    const rates = new Map<PeerRun, number>();
    for (const run of peers) {
      try {
        const { how, ...answer } = await measurePeer(setting.folder, run, setting.core);
        rates.set(run, answer.rate);
        keep(how, answer);
      } catch (error) {
        missing.push(`${run.peer}: ${(error as Error).message}`);
      }
    }
    const best = Math.max(...rates.values());
    peers = peers.filter((run) => (rates.get(run) ?? 0) >= 0.6 * best);
  }
  const figures = [...sides].map(([name, { rates, peaks }]) => ({
    name,
    spread: spread(row.kind === 'memory' ? peaks : rates),
  }));
  return { ...judged(row, figures, missing), machine };
}

function isThere(run: PeerRun, { folder }: Setting, missing: string[]): boolean {
  const reason = lacking(folder, run);
  if (reason !== null) missing.push(`${run.peer}: ${reason}`);
  return reason === null;
}

/** What sets a run apart from the one beside it. */
function nameOf(run: OwnRun, other: OwnRun): string {
  if (run.cores !== other.cores) return run.cores === 1 ? 'one rank' : 'two ranks';
  return run.kind === 'training' && run.engine !== 'auto' ? run.engine : run.model;
}

function judged(row: Row, sides: RowResult['sides'], missing: readonly string[]): Omit<RowResult, 'machine'> {
  const { id, what } = row;
  const common = { id, what, sides, missing };
  const [own, ...others] = sides.map((side) => side.spread.median);
  if (row.kind === 'memory') {
    const target = `at most ${row.target} MB`;
    return {
      ...common,
      unit: 'MB',
      target,
      reached: own ?? null,
      isReached: own === undefined ? null : own <= row.target,
    };
  }
  const reached = own === undefined || others.length === 0 ? null : own / Math.max(...others);
  if (row.kind === 'peers') {
    const isReached = reached === null ? null : reached >= row.target;
    return { ...common, unit: row.unit, target: `${row.target} x`, reached, isReached };
  }
  const isLeast = row.sense === 'least';
  const target = `${isLeast ? 'at least' : 'at most'} ${Number(row.target.toFixed(2))}`;
  const isReached = reached === null ? null : isLeast ? reached >= row.target : reached <= row.target;
  return { ...common, unit: 'samples/s', target, reached, isReached };
}

/** Rows of earlier runs on this machine stay where they were not measured again, in the order of the table. */
function gather(report: VersusReport, out: string | undefined): VersusReport {
  if (!out || !existsSync(out)) return report;
  const earlier = (JSON.parse(readFileSync(out, 'utf8')) as VersusReport).rows.filter(
    (row) => row.machine.cpu === machine.cpu && !report.rows.some(({ id }) => id === row.id),
  );
  const place = ({ id }: RowResult) => rows.findIndex((row) => row.id === id);
  return { ...report, rows: [...report.rows, ...earlier].toSorted((a, b) => place(a) - place(b)) };
}

async function versions(): Promise<Record<string, string>> {
  const home = process.env.PEERS;
  const packages = { tf: ['tensorflow-cpu', 'tensorflow-probability'], torch: ['torch'], jax: ['jax'] };
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  const commit = await capture(['git', '-C', import.meta.dirname, 'rev-parse', '--short', 'HEAD']).catch(() => '');
  const found: Record<string, string> = { credence: `${version} ${commit.trim()}`.trim() };
  for (const [environment, names] of Object.entries(packages)) {
    const python = join(home ?? '', environment, 'bin/python');
    if (!home || !existsSync(python)) continue;
    const script = 'import sys, importlib.metadata as m\nfor n in sys.argv[1:]: print(n, m.version(n))';
    for (const line of (await capture([python, '-c', script, ...names])).trim().split('\n')) {
      const [name, number] = line.split(' ');
      found[name!] = number!;
    }
  }
  return found;
}
