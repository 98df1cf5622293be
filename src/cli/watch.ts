import type { Watch } from '../compose/index.ts';
import { Bar, TrainingBar } from './progress/bar.ts';
import { TrainingLines } from './progress/lines.ts';
import { listenForSignals } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds after which a log hears of an evaluation that goes on. */
const silence = 20_000;

/** For a launched rank other than the first: only signals concern it. */
export const silentWatch: Watch & { end(): void } = {
  note() {},
  tell() {},
  fetching() {},
  began() {},
  training: () => ({}),
  evaluating() {},
  listen: (work) => listenForSignals(work, () => {}),
  end() {},
};

/**
 * Tells a person on stderr how things go: with a bar on a terminal, in a few plain lines elsewhere. stdout is left to the
 * result. With --json a file or a pipe on stderr hears of odd things only.
 */
export function watchOn({ stderr }: Terminal, { json }: { readonly json: boolean }): Watch & { end(): void } {
  const bar = stderr.isTTY ? new Bar(stderr) : null;
  const isQuiet = json && bar === null;
  const write = (text: string): void => {
    bar?.clear();
    stderr.write(`${text}\n`);
  };
  let stage = '';
  let [heard, evaluated] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    note(text) {
      write(text);
    },
    tell(text) {
      if (!isQuiet) write(text);
    },
    fetching({ stage: now, bytes, totalBytes }) {
      const megabytes = (count: number) => (count / 1e6).toFixed(1);
      const what = `${{ download: 'fetching', unpack: 'unpacking', convert: 'decoding' }[now]} the data set`;
      if (bar) bar.draw(what, bytes / totalBytes, `${megabytes(bytes)} of ${megabytes(totalBytes)} MB`);
      else if (!isQuiet && stage !== now) write(`${what}, ${megabytes(totalBytes)} MB`);
      stage = now;
    },
    began() {},
    training({ totalSteps }, firstStep, figure) {
      if (bar) return new TrainingBar(bar, totalSteps, firstStep, figure);
      return isQuiet ? {} : new TrainingLines(stderr, totalSteps, firstStep, figure);
    },
    evaluating(done, total) {
      const share = `${Math.floor((100 * done) / total)} %`;
      if (bar) return bar.draw('evaluating', done / total, share);
      // of another evaluation, the clock begins anew
      if (done <= evaluated) heard = performance.now();
      evaluated = done;
      if (isQuiet || performance.now() - heard < silence) return;
      heard = performance.now();
      write(`evaluating  ${share}`);
    },
    listen: (work) => listenForSignals(work, write),
    end: () => bar?.clear(),
  };
}
