import { constants, accessSync, existsSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { describeBfloat16, describeEngine, describeNative } from '../compose/index.ts';
import { cacheFolder, datasetNames, loadDataset } from '../datasets/index.ts';
import { engineNames } from '../kernels/index.ts';
import { addressSpaceLimit, describeLimit, isEnoughFor } from './limits.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** whether a training is impossible without it */
  readonly required: boolean;
  /** what was found, or what is missing and how to get it */
  readonly detail: string;
}

/** What a training needs, and whether it is here; whether one can work at all. */
export async function lookAtMachine(): Promise<{ readonly ok: boolean; readonly findings: readonly Finding[] }> {
  const findings = [node(), machine(), ...(await engines()), ...(await datasets()), ...folders()];
  const engineWorks = findings.some(({ name, ok }) => name.startsWith('engine ') && ok);
  return { ok: engineWorks && findings.every((finding) => finding.ok || !finding.required), findings };
}

function node(): Finding {
  const { node: version, v8 } = process.versions;
  const detail = `${version} (V8 ${v8}) on ${process.platform} ${process.arch}`;
  return { name: 'Node', ok: true, required: true, detail };
}

function machine(): Finding {
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${gigabytes(totalmem())} GB memory, ${gigabytes(freemem())} GB free`;
  return { name: 'machine', ok: true, required: false, detail: `${availableParallelism()} cores, ${model}; ${memory}` };
}

/** Said only where there is a limit. */
function addressSpace(): Promise<Finding>[] {
  const limit = addressSpaceLimit();
  if (limit === null) return [];
  const name = 'address space';
  const detail = describeLimit(limit);
  return [Promise.resolve({ name, ok: isEnoughFor(availableParallelism(), limit), required: false, detail })];
}

function engines(): Promise<Finding[]> {
  return Promise.all([
    ...engineNames.map((engine) => finding(`engine ${engine}`, false, () => describeEngine(engine))),
    finding('native kernels', false, describeNative),
    finding('bfloat16', false, describeBfloat16),
    ...addressSpace(),
  ]);
}

function datasets(): Promise<Finding[]> {
  return Promise.all(
    datasetNames.map((name) =>
      finding(`data ${name}`, false, async () => (await loadDataset({ name, path: null, offline: true })).source),
    ),
  );
}

function folders(): Finding[] {
  return [folder('cache folder', cacheFolder, false), folder('working folder', () => process.cwd(), true)];
}

/** Whether a folder that may not be there yet could be written. */
function folder(name: string, find: () => string, required: boolean): Finding {
  try {
    const path = find();
    let existing = resolve(path);
    while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
    accessSync(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(existing);
    return { name, ok: true, required, detail: `${path}, ${((bavail * bsize) / 1e9).toFixed(1)} GB free` };
  } catch (error) {
    return { name, ok: false, required, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function finding(name: string, required: boolean, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, required, detail: await look() };
  } catch (error) {
    // Whatever keeps an engine from starting (no shared memory, no SIMD) is what was looked for.
    return { name, ok: false, required, detail: error instanceof Error ? error.message : String(error) };
  }
}
