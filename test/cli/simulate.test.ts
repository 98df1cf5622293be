import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { file, recorder, scratch } from './request.ts';

async function simulate(...words: string[]) {
  const terminal = recorder();
  const code = await run(['simulate', ...words], terminal);
  return { code, out: terminal.out(), err: terminal.err().replaceAll(scratch, 'DIR') };
}

const series = {
  model: 'BNN_conv_flip',
  communicator: 'Theta',
  scaling: 'weak',
  batch: 128,
  points: [
    { ranks: 2, stepMs: 82.6 },
    { ranks: 1, stepMs: 75.8 },
    { ranks: 8, stepMs: (8 * 75.8) / 6.07 },
  ],
};
const measured = file('measured.json', JSON.stringify({ series: [series, { ...series, model: 'CNN_conv' }] }));

describe('credence simulate', () => {
  it('prints a line for each number of ranks, and where the numbers of the machine are from', async () => {
    const { code, out } = await simulate('--machine', 'theta', '--step', '75.8', '--ranks', '8,1,2', '--overlap');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "theta: Cray XC40: KNL nodes on Aries, ranks as even as assumed

      BNN_conv_flip, weak scaling, spread of the ranks 2.0 %
        ranks    compute       wait     reduce    step, ms   speed-up  efficiency  0.9 up to
            1     75.800      0.000      0.000     75.800       1.00     100.0 %          -
            2     75.800      0.758      0.115     76.673       1.98      98.9 %     21.9 %
            8     75.800      2.604      0.215     78.620       7.71      96.4 %      6.3 %

      0.9 up to: the largest spread of the ranks with which the efficiency is 0.9 still.

      Where the numbers of the machine are from:
        latency between nodes 5.8 us: osu_latency, KNL on Aries, github.com/ofi-cray/libfabric-cray/issues/1055
        bandwidth between nodes 9.96 GB/s: osu_mbw_mr, 4 MiB, Cray XC, gist.github.com/hppritcha/200bc7a2d4dfde709245d6ffa7b2b971
        one rank per node: as the original ran; the link within a node is not used
        reduction 5 GB/s: assumed, one KNL core
        spread 2 %: assumed, of nodes that do nothing else
      "
    `);
  });

  it('goes to 65,536 ranks', async () => {
    const { out } = await simulate('--machine', 'cluster-ib', '--step', '20', '--json');
    const { simulations } = JSON.parse(out) as { simulations: { predictions: { ranks: number; step: number }[] }[] };
    const { predictions } = simulations[0];
    expect(predictions.at(-1)?.ranks).toBe(65_536);
    const steps = predictions.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  it('fits measured times, states its error, and draws both', async () => {
    const figure = join(scratch, 'scaling.svg');
    const words = ['--machine', 'theta', '--measured', measured, '--ranks', '1,2,4,8', '--figure', figure];
    const { code, out } = await simulate(...words);
    expect(code).toBe(0);
    expect(out).toContain(
      'BNN_conv_flip, Theta, weak scaling, spread of the ranks 17.6 %, fitted to the time on 2 ranks',
    );
    expect(out).toContain('measured on 8 ranks: 99.901 ms, speed-up 6.07 (simulated step -0.9 %)');
    const svg = readFileSync(figure, 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    // two networks, three points each, two panels
    const marks = svg.match(/<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="point"/g);
    expect(marks).toHaveLength(2 * 3 * 2);
    for (const text of ['CNN_conv, Theta', 'simulated', 'measured']) expect(svg).toContain(`>${text}</text>`);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('measured times that no spread explains', () => {
  it('are not called fitted', async () => {
    const points = [
      { ranks: 1, stepMs: 75.8 },
      { ranks: 2, stepMs: 74 },
    ];
    const fast = file('fast.json', JSON.stringify({ series: [{ ...series, points }] }));
    const { out } = await simulate('--machine', 'theta', '--measured', fast, '--ranks', '1,2');
    expect(out).toContain('measured on 2 ranks: 74.000 ms, speed-up 2.05 (simulated step +2.6 %)');
  });
});

describe('credence simulate refuses', () => {
  const broken = file('broken.json', '{"series": [{"model": 3}]}');
  const lacking = file('lacking.json', JSON.stringify({ series: [{ ...series, points: [{ ranks: 2, stepMs: 1 }] }] }));

  it('what makes no sense, with code 2, and a file that is none, with code 1', async () => {
    const refused: [words: string[], expected: number][] = [
      [[], 2],
      [['--step', '0'], 2],
      [['--step', '75', '--ranks', '1,65537'], 2],
      [['--step', '75', '--ranks', '1.5'], 2],
      [['--step', '75', '--machine', 'thetta'], 2],
      [['--step', '75', '--model', 'BNN_conv'], 2],
      [['--step', '75', '--wire', 'float16'], 2],
      [['--step', '75', '--scaling', 'none'], 2],
      [['--step', '75', '--spread=-1'], 2],
      [['--step', '75', '--bucketBytes', '0'], 2],
      [['--step', '75', '--batch', 'many'], 2],
      [['--step', '75', '--figure', join(scratch, 'none', 'f.svg')], 2],
      [['--measured', measured, '--scaling', 'strong'], 2],
      [['--measured', join(scratch, 'absent.json')], 1],
      [['--measured', broken], 1],
      [['--measured', lacking], 1],
    ];
    let messages = '';
    for (const [words, expected] of refused) {
      const { code, out, err } = await simulate(...words);
      expect({ words, code, out }).toEqual({ words, code: expected, out: '' });
      messages += err;
    }
    expect(messages).toMatchInlineSnapshot(`
      "credence: the time of a step on one rank is missing: expected --step MILLISECONDS, or --measured FILE.json. Take it from the second column of a run folder's timing.csv, or from npm run bench
      credence: --step: got 0, expected a number from 0.000001 to 1000000000
      credence: --ranks: got 65537, expected integers from 1 to 65536
      credence: --ranks: got 1.5, expected integers from 1 to 65536
      credence: --machine: got thetta, expected laptop, theta, theta-horovod, cluster-ib. Did you mean theta?
      credence: unknown model: got BNN_conv, expected BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full. Did you mean CNN_conv?
      credence: --wire: got float16, expected float32, bfloat16. Did you mean bfloat16?
      credence: --scaling: got none, expected weak, strong
      credence: --spread: got -1, expected a number from 0 to 10
      credence: --bucketBytes: got 0, expected a number from 1 to 1099511627776
      credence: --batch: got many, expected a number from 1 to 1000000
      credence: --figure DIR/none/f.svg: got no folder DIR/none, expected a file in a folder that is there
      credence: DIR/measured.json: no series of strong scaling: got weak. Ask for the other --scaling
      credence: DIR/absent.json cannot be read as measured scaling: got ENOENT: no such file or directory, open 'DIR/absent.json'. The form is {"series": [{"model", "scaling", "batch", "points": [{"ranks", "stepMs"}]}]}, as credence bench scaling writes it
      credence: DIR/broken.json is no file of measured scaling: got series.0.model: Invalid input: expected string, received number. The form is {"series": [{"model", "scaling", "batch", "points": [{"ranks", "stepMs"}]}]}, as credence bench scaling writes it
      credence: DIR/lacking.json: BNN_conv_flip (Theta, weak): got no time on one rank, expected a point with ranks 1, which the others are compared with. The form is {"series": [{"model", "scaling", "batch", "points": [{"ranks", "stepMs"}]}]}, as credence bench scaling writes it
      "
    `);
  });
});
