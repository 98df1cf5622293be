/** SVG to PNG without a browser and without fonts on the machine: a compute node has neither. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Resvg as Renderer } from '@resvg/resvg-wasm';
import { withRounded } from './xml.ts';

const require = createRequire(import.meta.url);

/** The renderer starts once per process, with the first picture. */
let started: Promise<typeof Renderer> | null = null;

async function start(): Promise<typeof Renderer> {
  const { Resvg, initWasm } = await import('@resvg/resvg-wasm');
  await initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return Resvg;
}

let fonts: Promise<Uint8Array[]> | null = null;

/** Lato, regular and bold, Latin letters. */
async function readFonts(): Promise<Uint8Array[]> {
  const folder = require.resolve('@fontsource/lato/package.json').replace(/package\.json$/, 'files/');
  return Promise.all(['400', '700'].map((weight) => readFile(`${folder}lato-latin-${weight}-normal.woff2`)));
}

/**
 * @param svg a figure of this room, or any SVG whose text is Latin
 * @param scale pixels of the picture per pixel of the SVG
 */
export async function toPng(svg: string, { scale = 2 }: { readonly scale?: number } = {}): Promise<Uint8Array> {
  return rendered(svg, scale, (picture) => {
    const pixels = picture.render();
    try {
      return pixels.asPng();
    } finally {
      pixels.free();
    }
  });
}

/** The same SVG without letters: each is drawn as its outline, and looks alike where the font is not installed. */
export async function toOutlines(svg: string): Promise<string> {
  const outlined = await rendered(svg, 1, (picture) => picture.toString());
  // most of what the renderer writes are blanks in front of its lines, and digits that nobody sees
  return withRounded(outlined.replaceAll(/\n\s+/g, '\n'), 'd', 2);
}

async function rendered<T>(
  svg: string,
  scale: number,
  result: (picture: InstanceType<typeof Renderer>) => T,
): Promise<T> {
  started ??= start();
  fonts ??= readFonts();
  const [Resvg, fontBuffers] = await Promise.all([started, fonts]);
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontBuffers, defaultFontFamily: 'Lato', sansSerifFamily: 'Lato' },
  });
  try {
    return result(picture);
  } finally {
    picture.free();
  }
}
