import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { recorder, scratch } from './request.ts';

async function bench(...words: string[]) {
  const terminal = recorder();
  const code = await run(['bench', ...words], terminal);
  return { code, out: terminal.out(), err: terminal.err().replaceAll(scratch, 'DIR') };
}

const short = ['--models', 'BNN_FC_flip', '--rounds', '1', '--seconds', '0.3'];

describe('credence bench', () => {
  it('measures training: throughput, memory, the time of the first step', async () => {
    const { code, out, err } = await bench(...short, '--batches', '32', '--engines', 'wasm', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { machine, results } = JSON.parse(out) as { machine: { node: string }; results: Record<string, number>[] };
    expect(machine.node).toBe(process.version);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      workload: 'BNN_FC_flip',
      engine: 'wasm',
      precision: 'f32',
      batch: 32,
      ranks: 1,
    });
    const { samplesPerSecond, peakRssMB, firstStepSeconds } = results[0]!;
    expect(samplesPerSecond).toBeGreaterThan(0);
    expect(firstStepSeconds).toBeGreaterThan(0);
    // the 47 MB of MNIST's training images, and a process around them
    expect(peakRssMB).toBeGreaterThan(47);
  });

  it('measures the time of a step against ranks, for simulate to read', async () => {
    const file = join(scratch, 'scaling.json');
    const words = ['--communicators', 'threads', '--scalings', 'weak', '--ranks', '1,2', '--out', file];
    const { code, out, err } = await bench('scaling', ...short, ...words);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('| BNN_FC_flip | threads | weak | 2 |');
    const { series } = JSON.parse(readFileSync(file, 'utf8')) as { series: { points: { ranks: number }[] }[] };
    expect(series[0]!.points.map(({ ranks }) => ranks)).toEqual([1, 2]);
    const terminal = recorder();
    expect(await run(['simulate', '--measured', file, '--ranks', '1,2'], terminal)).toBe(0);
    expect(terminal.out()).toContain('BNN_FC_flip, threads, weak scaling');
  });

  it('refuses what makes no sense before it measures', async () => {
    let messages = '';
    for (const words of [
      ['speed'],
      ['--models', 'BNN_conv'],
      ['--engines', 'cuda'],
      ['--precisions', 'f8'],
      ['--batches', '0'],
      ['--rounds', '0.5'],
      ['--seconds', 'long'],
      ['scaling', '--ranks', '0'],
      ['scaling', '--batches', '32,64'],
      ['scaling', '--communicators', 'pigeons'],
      ['scaling', '--scalings', 'both'],
      ['--out', join(scratch, 'none', 'b.json')],
    ]) {
      const { code, out, err } = await bench(...words);
      expect({ words, code, out }).toEqual({ words, code: 2, out: '' });
      // the lists of models, engines and precisions grow
      messages += err.replace(/expected (one of )?(BNN_conv_flip|wasm|f32)[^.\n]*(\..*)?/, 'expected ...');
    }
    expect(messages).toMatchInlineSnapshot(`
      "credence: credence bench: got speed, expected training or scaling
      credence: --models: got BNN_conv, expected ...
      credence: --engines: got cuda, expected ...
      credence: --precisions: got f8, expected ...
      credence: --batches: got 0, expected integers from 1 to 1000000
      credence: --rounds: got 0.5, expected integers from 1 to 1000
      credence: --seconds: got long, expected a number from 0.1 to 3600
      credence: --ranks: got 0, expected integers from 1 to 1024
      credence: credence bench scaling: expected one batch size and one engine
      credence: --communicators: got pigeons, expected threads, openmpi, mpich
      credence: --scalings: got both, expected weak, strong
      credence: --out DIR/none/b.json: got no folder DIR/none, expected a file in a folder that is there
      "
    `);
  });
});
