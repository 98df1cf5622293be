import type { RowPlaces } from '../../../data/index.ts';

/** The line on which each row begins; kept only where it is not the line after the row before. */
export class RowLines {
  /** rows after which the distance changes, and the distance between a row's number and its line from there on */
  readonly #rows: number[] = [0];
  readonly #distances: number[] = [2];

  add(row: number, line: number): void {
    const distance = line - row;
    if (distance === this.#distances.at(-1)) return;
    this.#rows.push(row);
    this.#distances.push(distance);
  }

  places(): RowPlaces {
    const rows = this.#rows;
    const distances = this.#distances;
    return { unit: 'line', of: (row) => row + distances[rows.findLastIndex((first) => first <= row)] };
  }
}
