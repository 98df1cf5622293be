import { type Component, listComponents } from '../../../machine/index.ts';
import type { Terminal } from '../../terminal.ts';

/** `credence launch --check-build`: engines, communicators and launchers of this machine, as horovodrun lists its own. */
export async function checkBuild({ json }: { readonly json: boolean }, { stdout }: Terminal): Promise<number> {
  const groups = await listComponents();
  stdout.write(json ? `${JSON.stringify(groups)}\n` : Object.entries(groups).map(render).join('\n'));
  return 0;
}

function render([title, parts]: readonly [string, readonly Component[]]): string {
  const lines = parts.map(({ name, ok, detail }) => `    [${ok ? 'X' : ' '}] ${name.padEnd(18)} ${detail}\n`);
  return `Available ${title}:\n${lines.join('')}`;
}
