import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Packages that are loaded with a module, and those that it loads when it wants them. */
async function packagesOf(entry: string) {
  const { metafile } = await build({
    ...{ entryPoints: [join(root, entry)], absWorkingDir: root, bundle: true, packages: 'external', write: false },
    ...{ platform: 'node', format: 'esm', metafile: true, splitting: true, outdir: 'unused', logLevel: 'silent' },
  });
  const { inputs } = metafile;
  const reached = new Set<string>();
  const packages = { withIt: new Set<string>(), later: new Set<string>() };
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: target, kind, external } of inputs[path]?.imports ?? []) {
      if (external) (kind === 'dynamic-import' ? packages.later : packages.withIt).add(target);
      else if (kind !== 'dynamic-import') visit(target);
    }
  };
  visit(entry);
  return { files: reached.size, withIt: [...packages.withIt], later: [...packages.later] };
}

describe('what only figures need', () => {
  it('is not loaded with the room of reports, but with the first figure', async () => {
    const { files, withIt, later } = await packagesOf('src/report/index.ts');
    expect(files).toBeGreaterThan(30);
    const heavy = ['vega', 'vega-lite', '@resvg/resvg-wasm'];
    expect(withIt).toContain('zod');
    expect(withIt.filter((name) => heavy.includes(name))).toEqual([]);
    expect(later).toEqual(expect.arrayContaining(heavy));
  });
});
