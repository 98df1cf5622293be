import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { recorder } from './request.ts';

async function answerOf(...words: string[]) {
  const terminal = recorder();
  const code = await run(words, terminal);
  return { code, stdout: terminal.out(), stderr: terminal.err() };
}

describe('credence', () => {
  it('tells its version and its flags on stdout', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await answerOf('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await answerOf('train', '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/--batchSize <EXAMPLES> .*\(default: 64\)/);
    expect(help.stdout).toMatch(/Flags of the system that credence succeeds[^]*--flagfile <FILE>[^]*--kmp_affinity/);
  });

  it('shows its help where nothing is asked of it', async () => {
    expect(await answerOf()).toEqual(await answerOf('--help'));
  });

  it('answers an object with --json where it fails, too', async () => {
    const { code, stdout, stderr } = await answerOf('train', 'BNN_conv_flap', '--json');
    const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
    expect([code, error['code'], error['what'], error['exitCode']]).toEqual([
      2,
      'USAGE',
      'unknown model BNN_conv_flap',
      2,
    ]);
    expect(error['remedy']).toBe('Did you mean BNN_conv_flip?');
    expect(stderr).toBe(`credence: ${String(error['message'])}\n`);
  });

  it('shows what a name would do to the terminal, and does not do it', async () => {
    for (const command of ['train', 'evaluate', 'report', 'predict', 'data']) {
      const { stdout, stderr } = await answerOf(command, 'a\u001b[2J\u0007b\u202ec\u009bd', 'x');
      expect(stdout + stderr).not.toMatch(/[^\n -~\u00a0-\u2027\u2030-\u2060]/);
      expect(stderr).toContain('\\u001b[2J\\u0007b\\u202ec\\u009bd');
    }
  });

  it('shows a stack trace with --verbose only', async () => {
    const words = ['train', '--data', 'nowhere'];
    expect((await answerOf(...words)).stderr).toMatch(/^credence: .*\n$/);
    expect((await answerOf(...words, '--verbose=false')).stderr).toMatch(/^credence: .*\n$/);
    expect((await answerOf(...words, '--verbose')).stderr).toMatch(/^credence: .*\nDataError: .*\n {4}at /);
  });

  it('names a fault of its own as such, still in one line', async () => {
    const terminal = recorder();
    const stdout = {
      ...terminal.stdout,
      write() {
        throw new TypeError('no\n  such thing');
      },
    };
    expect(await run(['doctor'], { ...terminal, stdout })).toBe(1);
    expect(terminal.err()).toMatchInlineSnapshot(`
      "credence: TypeError: no such thing. Run it again with --verbose to see where
      "
    `);
  });
});

describe('credence doctor', () => {
  it('finds what a training needs', async () => {
    const { code, stdout, stderr } = await answerOf('doctor', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: { name: string; ok: boolean }[] };
    expect(ok).toBe(true);
    const names = findings.map(({ name }) => name).join(', ');
    expect(names).toMatchInlineSnapshot(
      `"Node, machine, engine wasm, engine onednn, engine reference, native kernels, bfloat16, data mnist, data fashion-mnist, data cifar10, data cifar100, cache folder, working folder"`,
    );
    const embedded = findings.filter(({ name }) => name === 'engine wasm' || name === 'engine reference');
    expect(embedded.map((finding) => finding.ok)).toEqual([true, true]);
  });

  it('tells people in a line each', async () => {
    const { stdout } = await answerOf('doctor');
    expect(stdout).toMatch(/^ok +Node +\d+\./);
    expect(stdout).toMatch(/\n(ok +bfloat16 +convolutions and products|no +bfloat16 +no AVX512-BF16 or AMX)/);
    expect(stdout).toMatch(/\nok +engine wasm +wasm, 128-bit SIMD/);
    expect(stdout).toMatch(/\nTraining works here: credence train mnist\n$/);
  });
});
