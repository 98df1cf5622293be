import { dataOf } from '../figures/data.ts';
import type { FigureOptions, FigureSpec } from '../figures/draw.ts';
import { figure } from './html.ts';

/** A figure that stands alone, for a paper. */
export interface AlbumFigure {
  /** of its files: letters, digits, dots and dashes; no two are alike */
  readonly name: string;
  readonly caption: string;
  /** on a white ground */
  readonly svg: string;
  readonly data: ReturnType<typeof dataOf>;
}

/** The figures of a page; where files of them are wanted, each is drawn a second time, on a white ground. */
export class Album {
  readonly #isKept: boolean;
  readonly #figures: AlbumFigure[];
  readonly #above: string;

  /** @param isKept whether files are wanted */
  constructor(isKept: boolean, figures: AlbumFigure[] = [], above = '') {
    this.#isKept = isKept;
    this.#figures = figures;
    this.#above = above;
  }

  get figures(): readonly AlbumFigure[] {
    return this.#figures;
  }

  /** Figures of one of several runs: their names begin with its name. */
  of(run: string): Album {
    return new Album(this.#isKept, this.#figures, `${this.#above}${run}-`);
  }

  /** @returns the figure for the page */
  async add(name: string, caption: string, draw: (options: FigureOptions) => Promise<string>): Promise<string> {
    const shown = figure(await draw({ ground: 'none' }), caption);
    if (!this.#isKept) return shown;
    let spec: FigureSpec | null = null;
    const svg = await draw({ ground: 'white', inspect: (given) => (spec = given) });
    this.#figures.push({ name: this.#free(`${this.#above}${name}`), caption, svg, data: spec ? dataOf(spec) : [] });
    return shown;
  }

  /** Names of runs and columns come from anywhere, and some file systems take capitals for small letters. */
  #free(wanted: string): string {
    const plain =
      wanted
        .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
        .replace(/^[.-]+|[.-]+$/g, '')
        .slice(0, 100) || 'figure';
    const taken = new Set(this.#figures.map(({ name }) => name.toLowerCase()));
    for (let count = 1; ; count++) {
      const name = count === 1 ? plain : `${plain}-${count}`;
      if (!taken.has(name.toLowerCase())) return name;
    }
  }
}
