/**
 * Writes docs/cli.md from what the built command says of itself. `--check` writes nothing and fails where the page is
 * not what the command says.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs/cli.md');

function help(...command: string[]): string {
  const main = join(root, 'dist/cli/main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...command, '--help'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`credence ${command.join(' ')} --help failed: ${stderr}`);
  return stdout.replaceAll(/[ \t]+$/gm, '').trim();
}

const overview = help();
const section = /^Commands:\n((?: {2}.*\n?)+)/m.exec(overview)?.[1] ?? '';
const commands = [...section.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name).filter((name) => name !== 'help');
if (commands.length === 0) throw new Error(`found no command in the help:\n${overview}`);

const text = [
  '# Command line',
  '<!-- Written by `npm run docs`: change the command, not this page. -->',
  `\`\`\`text\n${overview}\n\`\`\``,
  ...commands.flatMap((name) => [`## credence ${name}`, `\`\`\`text\n${help(name)}\n\`\`\``]),
].join('\n\n');

if (!process.argv.includes('--check')) {
  writeFileSync(page, `${text}\n`);
} else if (readFileSync(page, 'utf8') !== `${text}\n`) {
  console.error('docs/cli.md is not what the command says of itself: run npm run docs');
  process.exitCode = 1;
}
