import { constants, accessSync, existsSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { CommandFile } from '../command-file.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** whether a training is impossible without it */
  readonly required: boolean;
  /** what was found, or what is missing and how to get it */
  readonly detail: string;
}

/** `credence doctor`: exit code 0 if a training can work here. */
export const command: CommandFile = {
  name: 'doctor',
  synopsis: '',
  about: 'Look at this machine: Node, cores, memory, engines, data, folders; and say what is missing.',

  declare(words) {
    words.command.usage('[--json]');
  },

  async run({ json }, { stdout }) {
    const findings = [node(), machine(), ...(await engines()), ...(await datasets()), ...(await folders())];
    const engineWorks = findings.some(({ name, ok }) => name.startsWith('engine ') && ok);
    const ok = engineWorks && findings.every((finding) => finding.ok || !finding.required);
    stdout.write(json ? `${JSON.stringify({ ok, findings })}\n` : render(ok, findings));
    return ok ? 0 : 1;
  },
};

function render(ok: boolean, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const mark = (finding: Finding) => (finding.ok ? 'ok     ' : finding.required ? 'MISSING' : 'no     ');
  const lines = findings.map((finding) => `${mark(finding)}  ${finding.name.padEnd(width)}  ${finding.detail}`);
  const end = ok
    ? 'Training works here: credence train mnist'
    : 'Training cannot work here before what is MISSING is mended.';
  return `${[...lines, end].join('\n')}\n`;
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

async function engines(): Promise<Finding[]> {
  const { engineNames } = await import('../../kernels/index.ts');
  const { describeBfloat16, describeEngine } = await import('../../compose/index.ts');
  return Promise.all([
    ...engineNames.map((engine) => finding(`engine ${engine}`, false, () => describeEngine(engine))),
    finding('bfloat16', false, describeBfloat16),
  ]);
}

async function datasets(): Promise<Finding[]> {
  const { datasetNames, loadDataset } = await import('../../datasets/index.ts');
  return Promise.all(
    datasetNames.map((name) =>
      finding(`data ${name}`, false, async () => (await loadDataset({ name, path: null, offline: true })).source),
    ),
  );
}

async function folders(): Promise<Finding[]> {
  const { cacheFolder } = await import('../../datasets/index.ts');
  return [
    { ...folder('cache folder', cacheFolder()), required: false },
    { ...folder('working folder', process.cwd()), required: true },
  ];
}

/** Whether a folder that may not be there yet could be written. */
function folder(name: string, path: string): Omit<Finding, 'required'> {
  let existing = resolve(path);
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(existing);
    return { name, ok: true, detail: `${path}, ${((bavail * bsize) / 1e9).toFixed(1)} GB free` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, ok: false, detail: `${path} cannot be written: ${reason}` };
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
