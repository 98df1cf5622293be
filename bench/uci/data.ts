import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type Part, splitRows } from '../../src/data/index.ts';

/** The nine sets of Hernandez-Lobato and Adams 2015, in the order of the published tables. */
export const setNames = ['boston', 'concrete', 'energy', 'kin8nm', 'naval', 'power', 'protein', 'wine', 'yacht'];

/** Rows with inputs and one target. */
export interface Rows {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

export interface UciSet {
  readonly name: string;
  readonly rows: Rows;
  /** of each canonical split, the rows that are tested */
  readonly testRows: readonly (readonly number[])[];
}

/** @param folder with NAME.csv.gz, its target last, and NAME.test-rows.json: rows, from 0, one list for each split */
export function readUciSet(folder: string, name: string): UciSet {
  const text = gunzipSync(readFileSync(join(folder, `${name}.csv.gz`))).toString();
  const [, ...lines] = parse(text, { cast: true }) as [string[], ...number[][]];
  return {
    name,
    rows: { inputs: lines.map((line) => line.slice(0, -1)), targets: lines.map((line) => line.at(-1)!) },
    testRows: JSON.parse(readFileSync(join(folder, `${name}.test-rows.json`), 'utf8')) as number[][],
  };
}

/**
 * A split's rows to train on, and those that the network is judged by.
 * @param validation a share of the training rows that takes the place of the test rows: choices are made on it; 0: none
 */
export function dealt(
  { name, rows, testRows }: UciSet,
  split: number,
  validation: number,
): Record<'train' | 'held', Rows> {
  const count = rows.targets.length;
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const test: Part = testRows[split]!;
  const parts = splitRows(name, all, count, { test, validation, seed: split });
  const held = validation > 0 ? parts.validation : parts.test;
  return { train: chosen(rows, parts.train), held: chosen(rows, held!) };
}

function chosen({ inputs, targets }: Rows, places: Int32Array): Rows {
  return { inputs: Array.from(places, (i) => inputs[i]!), targets: Array.from(places, (i) => targets[i]!) };
}
