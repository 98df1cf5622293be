/** Pictures that a command draws for its user where --plot asks for one. */
import { UsageError } from '../errors/index.ts';
import { display } from './configuration/display.ts';
import { assertPlaceFor, writeOutput } from './output-file.ts';

export interface PictureFile {
  readonly path: string;
  readonly kind: 'svg' | 'png';
}

/**
 * Before anything is computed that could not be drawn, or would have no place.
 * @throws UsageError for the name of another file, or one that has no place; UnavailableError where what draws is missing
 */
export async function pictureFile(path: string): Promise<PictureFile> {
  const kind = /\.svg$/i.test(path) ? 'svg' : /\.png$/i.test(path) ? 'png' : null;
  if (kind === null) {
    throw new UsageError('--plot', { got: display(path), expected: 'the name of a file that ends in .svg or .png' });
  }
  const { assertDrawing } = await import('../report/index.ts');
  assertDrawing('--plot', kind);
  assertPlaceFor(path, '--plot');
  return { path, kind };
}

/** @throws CredenceError as `writeOutput` */
export async function writePicture({ path, kind }: PictureFile, svg: string): Promise<void> {
  const { toPng } = await import('../report/index.ts');
  writeOutput(path, kind === 'png' ? await toPng(svg) : svg);
}
