/** What a bundler leaves out for those who do not ask for it. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Packages of which something is left in a bundle of these words of the library. */
async function packagesOf(words: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    stdin: { contents: `export { ${words} } from './src/index.ts';`, resolveDir: join(import.meta.dirname, '../..') },
    ...{ bundle: true, format: 'esm', platform: 'browser', minify: true, write: false, metafile: true },
  });
  const [{ inputs }] = Object.values(metafile.outputs) as [(typeof metafile.outputs)[string]];
  const kept = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return new Set(kept.flatMap(([path]) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []));
}

test('a page that predicts, calibrated or not, carries no linear algebra: only who calibrates does', async () => {
  expect(await packagesOf('table, train, predict, evaluate, trainedModel, predictCalibrated')).toEqual(new Set());
  expect(await packagesOf('calibrate')).toContain('ml-matrix');
});
