/**
 * All figures are Vega-Lite specifications, drawn as SVG without a browser. Vega is loaded with the first figure: a command
 * that draws none does not wait for it.
 *
 * Text and axes have the colour of what surrounds them (`currentColor`), so that one figure can stand on a dark page and on
 * a light one; a figure that stands alone has a white ground of its own.
 */
import type { Config, TopLevelSpec } from 'vega-lite';
import { withRounded, xmlText } from '../xml.ts';
import { widthOf } from './letters.ts';

export type FigureSpec = TopLevelSpec;

export interface FigureOptions {
  /** `none` for a figure within a page; `white`, unless given, for a file of its own */
  readonly ground?: 'white' | 'none';
  /** is shown what is drawn */
  readonly inspect?: (spec: FigureSpec) => void;
}

/** Okabe and Ito's colours, told apart by everybody, on white and on black; then a grey and a brown. */
export const palette = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c959f',
  '#8c6d31',
] as const;

/** What a curve that only guides the eye looks like. */
export const guide = { stroke: '#8c959f', strokeDash: [5, 4], strokeWidth: 1.5 };

/** Marks on an axis, as many as are round; a scale that ends with one (`nice`) has its panel's title where others have it. */
export const ticks = 6;

const ink = 'currentColor';

/** The bundled font of the PNGs first, so that both look alike where it is installed. */
const font = "Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif";

const config: Config = {
  font,
  axis: {
    labelColor: ink,
    titleColor: ink,
    tickColor: ink,
    domainColor: ink,
    gridColor: ink,
    gridOpacity: 0.12,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    tickCount: ticks,
    // a number stands under its tick, also at an end
    labelFlush: false,
  },
  legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, labelLimit: 400, symbolStrokeWidth: 2 },
  title: { color: ink, fontSize: 14, anchor: 'start', frame: 'group', offset: 14, subtitleColor: ink },
  header: { labelColor: ink, titleColor: ink },
  view: { stroke: null },
  point: { opacity: 1 },
  range: { category: [...palette] },
};

/** @returns a whole SVG document */
export async function drawSvg(spec: FigureSpec, { ground = 'white', inspect }: FigureOptions = {}): Promise<string> {
  inspect?.(spec);
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const { Error: errorsOnly, View, logger, parse } = vega;
  measureLetters(vega);
  const background = ground === 'white' ? '#ffffff' : 'transparent';
  // Its remarks (a scale that was adjusted, say) are for authors of figures and have no place on a user's terminal.
  const quiet = logger(errorsOnly);
  const { spec: compiled } = compile({ background, ...spec, config }, { logger: quiet });
  const view = new View(parse(compiled), { renderer: 'none', logger: quiet });
  try {
    return shortened(xmlText(await view.toSVG()));
  } finally {
    view.finalize();
  }
}

/** What is written, as Vega has it: cut to its limit, where it has one. */
interface Written {
  readonly fontSize?: number;
  readonly limit?: number;
}

/** Vega has a place for this, and its types do not tell it. */
function measureLetters(vega: object): void {
  const { textMetrics } = vega as { textMetrics: { width: (item: Written, text: string | number | null) => number } };
  textMetrics.width = ({ fontSize = 11, limit = 0 }, text) => {
    const width = widthOf(`${text ?? ''}`, fontSize);
    return limit > 0 ? Math.min(limit, width) : width;
  };
}

/** Paths to a tenth of a pixel, places to a hundredth: what no eye tells apart takes half of a page's bytes. */
function shortened(svg: string): string {
  return withRounded(withRounded(svg, 'd', 1), 'transform', 2);
}
