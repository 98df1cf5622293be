import type { Finding } from '../../machine/index.ts';
import type { CommandFile } from '../command-file.ts';

/** `credence doctor`: exit code 0 if a training can work here. */
export const command: CommandFile = {
  name: 'doctor',
  synopsis: '',
  about: 'Look at this machine: Node, cores, memory, engines, data, folders; and say what is missing.',

  declare(words) {
    words.command.usage('[--json]');
  },

  async run({ json }, { stdout }) {
    const { lookAtMachine } = await import('../../machine/index.ts');
    const { ok, findings } = await lookAtMachine();
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
