/** Names and paths that would be flags, commands or lines of their own, in every place that they can reach. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { UsageError, isPrintable, quoteAll } from '../../src/errors/index.ts';
import {
  type BatchJob,
  type Dialect,
  commandLineOf,
  parseHostfile,
  parseHosts,
  renderBalsam,
  renderScript,
  schedulers,
} from '../../src/launch/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'credence-hostile-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const values = {
  'a dash': '-oProxyCommand=touch PWNED',
  'a line break': 'x\ntouch PWNED\n#',
  'a carriage return': 'x\rtouch PWNED',
  'a separator of lines': 'x\u2028touch PWNED',
  'a NUL': 'x\0y',
  'an escape': 'x\u001b[2Jy',
  'a direction': 'x\u202etxt',
  'a substitution': '$(touch PWNED)',
  backticks: '`touch PWNED`',
  'the end of a command': 'x; touch PWNED #',
  'a pipe': 'x | touch PWNED',
  'an and': 'x && touch PWNED',
  'a quote': "x'; touch PWNED; '",
  'a double quote': 'x"; touch PWNED; "',
  'three quotes of Python': `"""+__import__('os').system('touch PWNED')+"""`,
  'a backslash at the end': 'x\\',
  'a blank': 'my folder',
  'a template': '{{ x }} %j $PBS_JOBID',
  nothing: '',
} as const;
const hostile = Object.entries(values);

/** Programs that write down the words they get, each behind a NUL. */
const stubs = join(scratch, 'bin');
for (const name of ['srun', 'aprun', 'jsrun', 'flux', 'mpiexec', 'node']) {
  mkdirSync(stubs, { recursive: true });
  writeFileSync(join(stubs, name), `#!/bin/sh\nprintf '%s\\0' "$@" > ${join(scratch, 'words')}\n`);
  chmodSync(join(stubs, name), 0o755);
}

const job: BatchJob = {
  ...{ name: 'mnist', queue: null, account: null, seconds: 3600, directives: [], setup: [], launcherOptions: [] },
  layout: { nodes: 2, ranksPerNode: 1, threadsPerRank: 1, threadsPerCore: 1 },
  launcher: 'own',
  cwd: scratch,
  program: ['node', '/opt/credence/main.js'],
  command: ['train', 'mnist'],
  run: null,
  log: join(scratch, 'log'),
};

/** What a script made of its words; null where it was refused. */
function runOf(render: () => string): readonly string[] | null {
  let script: string;
  try {
    script = render();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect(isPrintable((error as Error).message)).toBe(true);
    return null;
  }
  const directives = script.split('\n').filter((line) => line.startsWith('#'));
  expect(directives.every(isPrintable)).toBe(true);
  writeFileSync(join(scratch, 'script'), script);
  const { status, stderr } = spawnSync('bash', [join(scratch, 'script')], {
    cwd: scratch,
    env: { PATH: `${stubs}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readFileSync(join(scratch, 'words'), 'utf8').split('\0').slice(0, -1);
}

beforeEach(() => {
  rmSync(join(scratch, 'words'), { force: true });
});

describe.each(Object.entries(schedulers))('a script of %s', (_, scheduler) => {
  it.each(hostile)(
    'with %s in it runs nothing else, and hands its words on as they are, or is refused',
    (_name, value) => {
      for (const launcher of ['own', 'mpiexec'] as const) {
        const command = ['train', 'mnist', '--data', value, '--out', `${scratch}/${value}`];
        const words = runOf(() =>
          renderScript(scheduler, { ...job, launcher, command, log: `${scratch}/${value}.log` }),
        );
        if (words === null) expect(isPrintable(value)).toBe(false);
        else expect(words.slice(-command.length)).toEqual(command);
        const cwd = join(scratch, `in ${value}`);
        if (!value.includes('\0')) mkdirSync(cwd, { recursive: true });
        if (runOf(() => renderScript(scheduler, { ...job, launcher, cwd })) === null)
          expect(isPrintable(value)).toBe(false);
        const options = runOf(() => renderScript(scheduler, { ...job, launcher, launcherOptions: [value] }));
        if (options === null) expect(isPrintable(value)).toBe(false);
        else expect(options).toContain(value);
        const program = runOf(() => renderScript(scheduler, { ...job, launcher, program: ['node', value] }));
        if (program === null) expect(isPrintable(value)).toBe(false);
        expect(() => renderScript(scheduler, { ...job, launcher, directives: [`--comment=${value}`] })).toSatisfy(
          (render: () => string) => isPrintable(value) || (expect(render).toThrow(UsageError), true),
        );
      }
      expect(existsSync(join(scratch, 'PWNED'))).toBe(false);
    },
  );

  it('starts no program whose name is a flag', () => {
    expect(() => renderScript(scheduler, { ...job, program: ['--bcast=/x'] })).toThrow(UsageError);
  });
});

it.each(hostile)('a program for Balsam with %s in it is Python that says the same, or is refused', (_, value) => {
  const odd = { ...job, command: ['train', value], run: `${scratch}/${value}`, cwd: `${scratch}/${value}` };
  let text: string;
  try {
    text = renderBalsam({ site: value, tag: 'sweep', jobs: [{ ...odd, setup: [`export X=${value}`] }] });
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return expect(isPrintable(value)).toBe(false);
  }
  const read = `import ast, json, sys
tree = ast.parse(sys.stdin.read())
print(json.dumps([node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', read], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
  const strings = JSON.parse(stdout) as string[];
  expect(strings).toContain(value);
  expect(strings).toContain(`export X=${value}`);
  const line = strings.find((one) => one.startsWith('cd '))!;
  expect(line).toBe(`cd ${quoteAll([odd.cwd])} && exec ${quoteAll(['node', '/opt/credence/main.js', ...odd.command])}`);
});

describe('a host', () => {
  const dialects: readonly Dialect[] = ['openmpi', 'hydra', 'pals', 'srun', 'aprun', 'flux'];
  const ask = { ranks: 1, command: ['node', 'main.js'], isTagged: false, isRoot: false };

  it.each(hostile)('with %s in its name is none', (_, value) => {
    expect(() => parseHosts(`localhost,${value}`)).toThrow(UsageError);
    if (value.trim() !== '' && !value.includes('#')) expect(() => parseHostfile(value, 'hosts')).toThrow(UsageError);
    for (const dialect of dialects) {
      const hosts = [{ name: value, slots: 1 }];
      expect(() => commandLineOf({ dialect, program: dialect, library: null }, { ...ask, hosts })).toThrow(UsageError);
    }
  });

  it('never begins with a dash, behind a user neither', () => {
    for (const name of ['-F/tmp/x', '-', 'me@-F', '-l@node', '.', '@node', 'me@', 'node -F', '[-F]', '[::1'])
      expect(() => parseHosts(name), name).toThrow(UsageError);
  });
});

it.each(hostile)('%s in what a launcher gets is handed on as one word, or refused', (_, value) => {
  for (const dialect of ['openmpi', 'hydra', 'pals', 'srun', 'aprun', 'jsrun', 'flux'] as const) {
    const launcher = { dialect, program: dialect, library: null };
    const plan = { ranks: 2, hosts: null, isTagged: false, isRoot: false };
    const start = () =>
      commandLineOf(launcher, { ...plan, command: ['node', 'main.js', value], options: [value] }).words;
    if (isPrintable(value)) expect(start().filter((word) => word === value)).toHaveLength(2);
    else expect(start).toThrow(UsageError);
    expect(() => commandLineOf({ ...launcher, library: `/lib/x,${value}` }, { ...plan, command: ['node'] })).toThrow(
      UsageError,
    );
  }
});
