/** What a live page is made of: how far a run is, when it is drawn again, and browsers that do not keep up. */
import { EventEmitter } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRun, withOwnNames } from '../../src/report/index.ts';
import { Pacer } from '../../src/serve/pacer.ts';
import { progressOf } from '../../src/serve/progress.ts';
import { Streams } from '../../src/serve/streams.ts';
import { makeRun } from './run.ts';

describe('how far a run is', () => {
  it('is told from its beginning to its end', () => {
    const run = makeRun();
    const told = (later = 0) => {
      const { state, detail, share, isAtWork } = progressOf(run.path, Date.now() + later);
      return [state, detail, share, isAtWork];
    };
    expect(told()).toEqual(['beginning', '', 0, true]);
    run.train(270);
    // 330 steps of half a second
    expect(told()).toEqual(['training, 40 %', 'step 270 of 600 · 2:45 left · 1,234 samples/s', 0.45, true]);
    expect(told(75_000)).toEqual(['training, 40 %', 'step 270 of 600 · nothing new for 1:15', 0.45, true]);
    run.train(600);
    expect(told()).toEqual(['evaluating', 'step 600 of 600', 1, true]);
    run.end();
    expect(told()).toEqual(['finished', 'step 600 of 600', 1, false]);
  });

  it('is told of one that was stopped, and of one on another host', () => {
    const run = makeRun();
    run.train(100);
    run.end();
    expect(progressOf(run.path)).toMatchObject({ state: 'stopped', detail: 'step 100 of 600', isAtWork: false });
    const holder = { pid: 1, host: 'elsewhere', since: '', processStart: null, boot: null, machine: null };
    writeFileSync(join(run.path, 'run.lock'), JSON.stringify({ ...holder, pidNamespace: null }));
    expect(progressOf(run.path)).toMatchObject({ state: 'training, 10 %', isAtWork: true });
  });

  it('does not depend on a line that is being written', () => {
    const run = makeRun();
    run.train(100);
    appendFileSync(join(run.path, 'metrics.jsonl'), '{"step":110,"ep');
    expect(progressOf(run.path)).toMatchObject({ detail: expect.stringContaining('step 100 of 600') });
  });
});

describe('a report on a run that is being written', () => {
  it('leaves a line out that has no end yet, and calls nothing missing that is still to come', () => {
    const run = makeRun();
    expect(readRun(run.path)).toMatchObject({
      metrics: [],
      problems: [],
      atWork: 'the run is being trained: step 0 of 600 so far',
    });
    run.train(100);
    const whole = readFileSync(join(run.path, 'metrics.jsonl'), 'utf8').split('\n')[3]!;
    appendFileSync(join(run.path, 'metrics.jsonl'), whole.slice(0, 40));
    const { metrics, problems, atWork } = readRun(run.path);
    expect(metrics).toHaveLength(10);
    expect([atWork, ...problems]).toEqual(['the run is being trained: step 100 of 600 so far']);
    // a whole line that is none is one that was damaged
    appendFileSync(join(run.path, 'metrics.jsonl'), '\n{"step":120');
    expect(readRun(run.path).problems).toEqual(['metrics.jsonl: 1 of 12 lines cannot be read and are left out']);
    run.end();
    expect(readRun(run.path)).toMatchObject({
      atWork: null,
      problems: expect.arrayContaining([
        'metrics.jsonl: 2 of 12 lines cannot be read and are left out',
        expect.stringContaining('the run is not finished: step 100 of 600'),
      ]),
    });
  });
});

it('figures of two parts share no name', () => {
  const svg = '<svg><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>';
  const [one, other] = ['training-', 'posterior-'].map((part) => withOwnNames(svg + svg, part));
  const names = [...`${one}${other}`.matchAll(/id="([^"]*)"/g)].map(([, name]) => name);
  expect(names).toEqual([
    'training-figure1-clip0',
    'training-figure2-clip0',
    'posterior-figure1-clip0',
    'posterior-figure2-clip0',
  ]);
  expect(one).toContain('<g clip-path="url(#training-figure2-clip0)"/>');
});

describe('drawing', () => {
  it('takes at most a hundredth of a core beside a run that is at work, after the first four seconds of computing', async () => {
    let [now, spent, drawn] = [0, 0, 0];
    const pacer = new Pacer(
      () => now,
      () => spent,
    );
    for (; now < 3600; now += 0.5) {
      if (pacer.isDue(true))
        await pacer.time(async () => {
          spent += 0.25;
          drawn++;
        });
    }
    // 4 s, and 1 % of 3600 s, in drawings of 0.25 s; the last may begin on what is left
    expect(drawn).toBeGreaterThanOrEqual(4 * 40);
    expect(spent).toBeLessThanOrEqual(40 + 0.25);
    expect(pacer.isDue(false)).toBe(true);
    await pacer.time(async () => {});
    now += 1.5;
    expect(pacer.isDue(false)).toBe(false);
    now += 0.5;
    expect(pacer.isDue(false)).toBe(true);
  });
});

/** A browser that takes what it is sent only when it is told to. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  writableNeedDrain = false;
  ended = false;

  write(text: string): boolean {
    this.written.push(text);
    this.writableNeedDrain = true;
    return false;
  }

  take(): void {
    this.writableNeedDrain = false;
    this.emit('drain');
  }

  end(): void {
    this.ended = true;
  }
}

describe('a browser that is slow', () => {
  it('has one message on its way, and then all that is new in one', () => {
    let revision = 1;
    const streams = new Streams((known) =>
      known >= revision ? null : { revision, data: `"${known} to ${revision}"` },
    );
    const slow = new SlowResponse();
    expect(streams.add(slow as unknown as ServerResponse, 0)).toBe(true);
    for (revision = 2; revision < 1000; revision++) {
      streams.tell();
      streams.ping();
    }
    expect(slow.written).toEqual(['id: 1\nevent: news\ndata: "0 to 1"\n\n']);
    slow.take();
    expect(slow.written.slice(1)).toEqual(['id: 1000\nevent: news\ndata: "1 to 1000"\n\n']);
    slow.take();
    expect(slow.written).toHaveLength(2);
    slow.emit('close');
    expect(streams.size).toBe(0);
    expect(streams.idle).toBeLessThan(60);
  });

  it('is one of 32 at most', () => {
    const streams = new Streams(() => null);
    const all = Array.from({ length: 33 }, () => streams.add(new SlowResponse() as unknown as ServerResponse, 0));
    expect(all.filter(Boolean)).toHaveLength(32);
  });
});
