/** What draws is not installed with credence: 22 MB that no training needs. */
import { createRequire } from 'node:module';
import { UnavailableError } from '../errors/index.ts';

const require = createRequire(import.meta.url);

/** Packages of each kind of figure, each by a file of it that can be asked for, and its version as npm takes it. */
const packages = {
  svg: [
    ['vega', 'vega@6'],
    ['vega-lite', 'vega-lite@6'],
  ],
  png: [
    ['vega', 'vega@6'],
    ['vega-lite', 'vega-lite@6'],
    ['@resvg/resvg-wasm', '@resvg/resvg-wasm@2'],
    ['@fontsource/lato/package.json', '@fontsource/lato@5'],
  ],
} as const;

/**
 * Asked before what takes hours and ends in a figure.
 * @param what needs the figures, as the user asked for it
 * @throws UnavailableError with the command that installs what is missing
 */
export function assertDrawing(what: string, kind: keyof typeof packages, has = isInstalled): void {
  const missing = packages[kind].filter(([file]) => !has(file)).map(([, name]) => name);
  if (missing.length === 0) return;
  throw new UnavailableError(`${what} needs packages that draw, and they are not installed`, {
    remedy: `Install them where credence is: npm install ${missing.join(' ')}`,
  });
}

function isInstalled(file: string): boolean {
  try {
    require.resolve(file);
    return true;
  } catch {
    return false;
  }
}
