import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEventFile } from '../report/read-events.ts';
import { credence, endOf, figuresOf, folder, linesIn, start, writeDigits } from './process.ts';

const data = writeDigits('digits');
const small = ['BNN_FC_flip', '--data', data, '--batchSize', '20', '--draws', '2', '--seed', '7'];
/** ends by itself within the test's time, and not before a signal comes */
const long = ['train', ...small, '--iteration', '60000', '--printEvery', '1', '--checkpointEvery', '1000'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function summaryOf(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('credence train', () => {
  it('with --json writes one JSON object; evaluate gives the same figures', async () => {
    const trained = await credence('train', ...small, '--iteration', '40', '--out', 'plain', '--json');
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    const summary = summaryOf(trained.stdout);
    expect(Object.keys(summary).join()).toMatchInlineSnapshot(
      `"run,model,step,accuracy,nll,brier,ece,draws,samplesPerSecond,parametersSha256,details,calibration"`,
    );
    expect(summary).toMatchObject({ run: 'plain', model: 'BNN_FC_flip', step: 40, draws: 2 });
    const evaluated = await credence('evaluate', 'plain', '--json');
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    const { samplesPerSecond: _, ...figures } = summary;
    expect(summaryOf(evaluated.stdout)).toMatchObject(figures);
    expect(readdirSync(join(folder, 'plain')).toSorted().join()).toMatch(
      /^calibration,checkpoints,config.yaml,evaluations,evaluations.jsonl,events.out[^,]*,events.out[^,]*,events.out[^,]*,metrics.jsonl,posterior,starts.jsonl,timing.csv$/,
    );
  });

  it('shows TensorBoard each evaluation once, and none of other data or of fewer draws in its place', async () => {
    const held = ['--data.name', 'mnist', '--data.validation', '0.25', '--evaluateEvery', '10', '--iteration', '30'];
    expect(await credence('train', ...small, ...held, '--out', 'shown')).toMatchObject({ code: 0 });
    expect(await credence('evaluate', 'shown', '--draws', '1')).toMatchObject({ code: 0 });
    expect(
      await credence('evaluate', 'shown', '--data', writeDigits('others', { train: 200, t10k: 40 })),
    ).toMatchObject({ code: 0 });
    const files = readdirSync(join(folder, 'shown')).filter((name) => name.startsWith('events.'));
    // of the training, and of the evaluation at its end
    expect(files).toHaveLength(2);
    const events = files.flatMap((name) => readEventFile(join(folder, 'shown', name)));
    const steps = (tag: string) => events.flatMap(({ step, scalars }) => (tag in scalars ? [step] : []));
    expect(steps('validation/accuracy')).toEqual([10, 20]);
    expect(steps('evaluation/accuracy')).toEqual([30]);
    const ofPosterior = events.filter(({ histograms }) => Object.keys(histograms).length > 0);
    expect(ofPosterior.map(({ step }) => step)).toEqual([1, 30]);
    expect(events.flatMap(({ plugins }) => Object.keys(plugins))).toHaveLength(2);
  });

  it('runs again from nothing but the config.yaml of its run folder', async () => {
    const again = await credence('train', 'plain/config.yaml', '--out', 'again', '--json');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(figuresOf('again')).toEqual(figuresOf('plain'));
    expect(readFileSync(join(folder, 'again/config.yaml'))).toEqual(readFileSync(join(folder, 'plain/config.yaml')));
  });

  it('tells people how it goes, and what to type next', async () => {
    const shape = ['--iteration', '20', '--printEvery', '5', '--batchSize', '20', '--draws', '1'];
    const words = [...shape, '--verbose', '--engine', 'wasm'];
    const { code, stdout, stderr } = await credence('train', 'CNN_FC', '--data', data, ...words);
    expect(code).toBe(0);
    const told = (text: string) =>
      text
        .replaceAll(folder, 'DIR')
        .replace(/, relaxed|; native \w+/g, '')
        .replaceAll(/\d+\.\d+|[\d,]+ samples|\d+:\d+/g, '#');
    expect(told(stdout)).toMatchInlineSnapshot(`
      "CNN_FC after 20 steps, fixed weights, 50 test images
        accuracy           # +- #
        NLL                # nats per image
        Brier score        #
        calibration error  #
        training speed     #/s
        run folder         runs/CNN_FC
        calibrated on half of the test set for predict: temperature #, sets of 90 % hold # +- # of the other half
      Evaluate it again: credence evaluate runs/CNN_FC
      "
    `);
    expect(told(stderr)).toMatchInlineSnapshot(`
      "CNN_FC, 20 steps of 20 images
      engine wasm, 128-bit SIMD; one rank
      data DIR/digits, run folder runs/CNN_FC
      parameter       shape      count
      dense/kernel    [784, 64]  50176
      dense/bias      [64]          64
      dense_1/kernel  [64, 10]     640
      dense_1/bias    [10]          10
      total                      50890
      memory of a rank # MB: values # MB (# MB without sharing), parameters, gradients and moments # MB, scratch # MB
      step 5/20  epoch #  nll #  accuracy #  #/s  # left
      step 10/20  epoch #  nll #  accuracy #  #/s  # left
      step 15/20  epoch #  nll #  accuracy #  #/s  # left
      step 20/20  epoch #  nll #  accuracy #  #/s  # left
      "
    `);
  });

  it('takes the flag file of the original', async () => {
    const shipped = readFileSync('test/fixtures/original/config.cfg', 'utf8');
    writeFileSync(join(folder, 'config.cfg'), shipped.replace(/(?<=--data_dir=).*/, data));
    const words = ['--flagfile=config.cfg', '--bnnConv=BNN_FC_flip', '--epochs=1', '--draws=1'];
    const { code, stdout } = await credence('train', ...words, '--json');
    expect(code).toBe(0);
    expect(summaryOf(stdout)).toMatchObject({ run: 'results/Result_BNN_ConvFlag_BNN_FC_flip', step: 3 });
  });
});

describe('a run that is stopped', () => {
  it('by SIGINT checkpoints where it stands, and says how to go on', async () => {
    const child = start(...long, '--out', 'stopped');
    const end = endOf(child);
    await linesIn('stopped/metrics.jsonl', 70, child);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await end;
    expect([code, stdout]).toEqual([1, '']);
    const step = Number(/after step (\d+)/.exec(stderr)?.[1]);
    expect(stderr.trimEnd().split('\n').slice(-2).join('\n').replaceAll(`${step}`, 'N')).toMatchInlineSnapshot(`
      "SIGINT: a checkpoint, then the end; once more to end at once
      credence: stopped by SIGINT after step N, checkpointed. Go on with: credence train --resume stopped"
    `);

    const refused = await credence('train', '--resume', 'stopped', '--iteration', `${step + 50}`);
    expect(refused.code).toBe(2);
    expect(refused.stderr.replace(`${step + 50}`, 'N')).toMatchInlineSnapshot(`
      "credence: a resumed run cannot be made shorter: got N steps, expected at least 60000. Leave --iteration and --epochs away, or raise them
      "
    `);
    // Short enough to end: the same run from the beginning, to where the other one was stopped.
    const whole = await credence(
      'train',
      ...small,
      '--iteration',
      `${step}`,
      '--printEvery',
      '1',
      '--out',
      'whole',
      '--json',
    );
    expect(figuresOf('stopped')).toEqual(figuresOf('whole'));
    const evaluated = await credence('evaluate', 'stopped', '--json');
    expect(summaryOf(evaluated.stdout)).toMatchObject({
      step,
      parametersSha256: summaryOf(whole.stdout)['parametersSha256'],
    });
  });

  it('by one signal that comes twice, as npm passes it on, checkpoints all the same', async () => {
    const child = start(...long, '--out', 'twice');
    const end = endOf(child);
    await linesIn('twice/metrics.jsonl', 5, child);
    child.kill('SIGSTOP');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    const { code, stderr } = await end;
    expect(code).toBe(1);
    expect(stderr).toMatch(/stopped by SIG(INT|TERM) after step \d+, checkpointed/);
  });

  it('by SIGKILL goes on from its last checkpoint to the same end', async () => {
    const words = ['train', ...small, '--iteration', '400', '--printEvery', '1', '--checkpointEvery', '100'];
    const child = start(...words, '--out', 'killed');
    const end = endOf(child);
    await linesIn('killed/metrics.jsonl', 120, child).then(() => child.kill('SIGKILL'));
    expect((await end).signal).toBe('SIGKILL');
    const resumed = await credence('train', '--resume', 'killed', '--json');
    const whole = await credence(...words, '--out', 'unharmed', '--json');
    expect([resumed.code, whole.code]).toEqual([0, 0]);
    expect(figuresOf('killed')).toEqual(figuresOf('unharmed'));
    const sha256 = [resumed, whole].map(({ stdout }) => summaryOf(stdout)['parametersSha256']);
    expect(sha256[0]).toBe(sha256[1]);
  });

  it('may go on longer, not otherwise', async () => {
    const longer = await credence('train', '--resume', 'plain', '--iteration', '60', '--json');
    expect(longer).toMatchObject({ code: 0, stderr: '' });
    expect(summaryOf(longer.stdout)).toMatchObject({ step: 60 });
    expect(readFileSync(join(folder, 'plain/config.yaml'), 'utf8')).toMatch(/^iteration: 60 /m);
    const words = ['--resume', 'plain', '--seed', '8', '--batchSize=10', '--printEvery', '10'];
    const { code, stderr } = await credence('train', ...words);
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "credence: a resumed run goes on as it began: got seed 8 (the run has 7), batchSize 10 (the run has 20). Leave that away, or start a new run; --iteration and --epochs may grow. plain/config.yaml has the rest
      "
    `);
  });
});

describe('a command that cannot work', () => {
  it('says so in one line on stderr, without a stack trace', async () => {
    expect(await credence('train', '--sead=1')).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: 'credence: unknown flag --sead. Did you mean --seed?\n',
    });
    const { code, stdout, stderr } = await credence('train', '--data', 'nowhere', '--out', 'never');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^credence: .*nowhere.*\n$/);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('with a broken checkpoint names it, and takes the one before', async () => {
    const path = join(folder, 'killed/checkpoints/step-400/parameters.safetensors');
    const bytes = readFileSync(path);
    bytes[5000] ^= 1;
    writeFileSync(path, bytes);
    const { code, stdout, stderr } = await credence('evaluate', 'killed', '--json');
    expect(code).toBe(0);
    expect(summaryOf(stdout)).toMatchObject({ step: 300 });
    expect(stderr.replaceAll(/[0-9a-f]{64}/g, 'HASH').replaceAll(folder, 'DIR')).toMatchInlineSnapshot(`
      "checkpoint of step 400 is broken and was passed over: killed/checkpoints/step-400/parameters.safetensors is not as it was written: got 404680 bytes, sha256 HASH, expected 404680 bytes, sha256 HASH
      "
    `);
  });

  it('in a folder that is in use leaves that run alone', async () => {
    const child = start(...long, '--out', 'busy');
    const end = endOf(child);
    await linesIn('busy/metrics.jsonl', 5, child);
    const { code, stderr } = await credence(...long, '--out', 'busy');
    child.kill('SIGTERM');
    expect(code).toBe(1);
    expect(stderr.replace(/process .*?, since \S+Z/, 'WHO')).toMatch(/run folder busy is in use: got WHO/);
    expect((await end).code).toBe(1);
  });

  it('does not mind a reader that goes away', async () => {
    const child = start('train', ...small, '--iteration', '40', '--out', 'unread');
    const end = endOf(child);
    child.stdout.destroy();
    child.stderr.destroy();
    expect((await end).code).toBe(0);
    expect(existsSync(join(folder, 'unread/checkpoints/step-40'))).toBe(true);
  });
});
