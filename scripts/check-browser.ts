/**
 * Bundles the entries `credence` and `credence/gravitation` as the author of a page would, once with esbuild and once with Vite: no warning, no Node
 * API. Says how large that is.
 *
 * npx tsx scripts/check-browser.ts [FOLDER], the repository unless given.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as vite from 'vite';

interface Bundle {
  readonly problems: readonly string[];
  readonly code: string;
}

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
/** Ways in that run in a page, by their names in messages; the second is not in every house that is looked at. */
const entries = { credence: 'src/index.ts', 'credence/gravitation': 'src/gravitation/index.ts' };

async function withEsbuild(entry: string): Promise<Bundle> {
  const { errors, warnings, outputFiles } = await esbuild
    .build({
      entryPoints: [entry],
      ...{ bundle: true, format: 'esm', platform: 'browser', minify: true, write: false, logLevel: 'silent' },
    })
    .catch((failure: esbuild.BuildFailure) => ({ ...failure, outputFiles: [] }));
  const problems = [...errors, ...warnings].map(({ text, location }) => `${text} (${location?.file ?? 'no file'})`);
  return { problems, code: outputFiles.map(({ text }) => text).join('') };
}

async function withVite(entry: string): Promise<Bundle> {
  // what it is under a test runner hides what Vite says of Node's modules
  process.env['NODE_ENV'] = 'production';
  const problems: string[] = [];
  const tell = (problem: string): unknown => problems.push(problem);
  const customLogger: vite.Logger = {
    ...{ warn: tell, warnOnce: tell, error: tell, info() {}, clearScreen() {} },
    ...{ hasWarned: false, hasErrorLogged: () => false },
  };
  const lib = { entry, formats: ['es' as const], fileName: 'credence' };
  const built = await vite
    .build({
      configFile: false,
      root,
      customLogger,
      logLevel: 'warn',
      build: { write: false, lib },
    })
    .catch((failure: Error) => tell(failure.message));
  const outputs = Array.isArray(built) ? (built as vite.Rolldown.RolldownOutput[]) : [];
  const chunks = outputs.flatMap(({ output }) => output.flatMap((one) => (one.type === 'chunk' ? one.code : [])));
  return { problems, code: chunks.join('') };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

let failed = !existsSync(join(root, entries.credence));
if (failed) console.error(`saw no ${join(root, entries.credence)}: the check itself is broken`);
for (const [name, file] of Object.entries(entries)) {
  const entry = join(root, file);
  if (!existsSync(entry)) continue;
  for (const [tool, { problems, code }] of Object.entries({
    esbuild: await withEsbuild(entry),
    vite: await withVite(entry),
  })) {
    for (const problem of problems) console.error(`${tool}: ${problem}`);
    failed ||= problems.length > 0;
    const sizes = `${kilobytes(code.length)} minified, ${kilobytes(gzipSync(code).length)} gzipped`;
    if (problems.length === 0) console.log(`${tool}, ${name}: ${sizes}`);
  }
}
process.exitCode = failed ? 1 : 0;
