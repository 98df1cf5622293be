import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { trainArguments } from '../../src/cli/commands/train.ts';
import { type TrainRequest, readTrainRequest } from '../../src/cli/request.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal that remembers. */
export function recorder(columns = 100): Terminal & { readonly out: () => string; readonly err: () => string } {
  const texts = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    columns,
    write(text: string) {
      texts[name] += text;
    },
    on() {},
  });
  return { stdout: output('stdout'), stderr: output('stderr'), out: () => texts.stdout, err: () => texts.stderr };
}

/** What `credence train WORDS` asks for. */
export async function requestOf(...words: string[]): Promise<TrainRequest> {
  const parsed = await parseCommandLine(['train', ...words], recorder());
  if (parsed === null) throw new Error(`not a train command: ${words.join(' ')}`);
  return readTrainRequest(trainArguments(parsed.given));
}

/** The message with which `credence train WORDS` is refused; the scratch folder's path shortened. */
export async function refusalOf(...words: string[]): Promise<string> {
  try {
    await requestOf(...words);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`.replaceAll(scratch, 'DIR');
  }
  throw new Error(`${words.join(' ')}: was not refused`);
}

export const scratch = mkdtempSync(join(tmpdir(), 'credence-cli-'));

/** Writes a file into the scratch folder. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}
