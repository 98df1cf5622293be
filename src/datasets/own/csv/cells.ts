/** Cells of a table in a text file: a column is one of numbers until a cell is none. */
import { type TableColumn, TextColumnBuilder } from '../../../data/index.ts';

/** What stands for a cell that is missing. */
const missingWords: ReadonlySet<string> = new Set(['', 'NA', 'NaN', 'nan', 'null', 'NULL', '?']);
const infinityWord = /^[+-]?inf(inity)?$/i;

/** null: missing; a string: no number. Hexadecimal and the like are texts. */
export function parseCell(cell: string): number | string | null {
  const text = cell.trim();
  if (missingWords.has(text)) return null;
  const value = Number(text);
  if (Number.isNaN(value)) {
    if (!infinityWord.test(text)) return text;
    return text.startsWith('-') ? -Infinity : Infinity;
  }
  // Number() also takes 0x10, 0b1 and 0o7.
  return text.charCodeAt(0) === 0x30 && /^0[xob]/i.test(text) ? text : value;
}

/** Room that a column begins with: a line of names alone may make many columns. */
const firstCells = 16;

export class CellColumn {
  readonly name: string;
  /** numbers came before a text did: the column has to be read again, as texts */
  isMixed = false;
  #texts: TextColumnBuilder | null;
  #values = new Float64Array(firstCells);
  #count = 0;
  #hasNumbers = false;

  /** @param isText all cells are texts, whatever they look like */
  constructor(name: string, isText: boolean) {
    this.name = name;
    this.#texts = isText ? new TextColumnBuilder() : null;
  }

  add(cell: string): void {
    if (this.#texts) {
      const text = cell.trim();
      this.#texts.add(missingWords.has(text) ? null : text);
      return;
    }
    if (this.isMixed) return;
    const value = parseCell(cell);
    if (typeof value === 'string') {
      this.#becomeText(value);
      return;
    }
    if (this.#count === this.#values.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#values);
      this.#values = longer;
    }
    if (value !== null) this.#hasNumbers = true;
    this.#values[this.#count++] = value ?? Number.NaN;
  }

  #becomeText(first: string): void {
    if (this.#hasNumbers) {
      this.isMixed = true;
      this.#values = new Float64Array(0);
      return;
    }
    this.#texts = new TextColumnBuilder();
    for (let i = 0; i < this.#count; i++) this.#texts.add(null);
    this.#texts.add(first);
  }

  finish(): TableColumn {
    if (this.#texts) return this.#texts.finish(this.name);
    return { name: this.name, kind: 'number', values: this.#values.subarray(0, this.#count) };
  }
}
