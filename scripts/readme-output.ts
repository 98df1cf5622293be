/**
 * Runs the README's first command and puts what it prints into the README: `npm run docs:readme`, some minutes. Paths of
 * this machine stay out.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');
const folder = mkdtempSync(join(tmpdir(), 'credence-readme-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const words = ['train', 'mnist'];
const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...words], {
  cwd: folder,
  encoding: 'utf8',
});
if (status !== 0) throw new Error(stderr);

const told = stderr.trim().split('\n');
const steps = told.filter((line) => line.startsWith('step '));
const shown = [told[0], steps[0], '...', steps.at(-1), ...stdout.trim().split('\n')].join('\n');
if (shown.includes(root) || shown.includes(folder)) throw new Error(`a path of this machine in\n${shown}`);

const text = readFileSync(readme, 'utf8');
const place = /(?<=<!-- output -->\n).*?(?=<!-- \/output -->)/s;
if (!place.test(text)) throw new Error('README.md has no place for the output');
writeFileSync(
  readme,
  text.replace(place, () => `\n\`\`\`text\n$ npx credence ${words.join(' ')}\n${shown}\n\`\`\`\n\n`),
);
