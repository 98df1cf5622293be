import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseJob } from '../../../src/launch/batch/slurm.ts';
import { type SlurmJob, codeOf, follow, hasEnded } from '../../../src/launch/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'credence-follow-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const job = (state: string, exitCode = 0): SlurmJob => ({ state, exitCode, reason: 'Priority', nodes: 'node[1-2]' });

describe('what Slurm says of a job', () => {
  it('is read from the line of scontrol', () => {
    const line =
      'JobId=12 JobName=a b UserId=root(0) JobState=PENDING Reason=Resources Dependency=(null) ExitCode=2:0 NodeList=';
    expect(parseJob(line)).toEqual({ state: 'PENDING', reason: 'Resources', nodes: '', exitCode: 2 });
    expect(parseJob('slurm_load_jobs error: Invalid job id specified')).toBe(null);
  });

  it('becomes an exit code: that of the job, 1 where Slurm has ended it', () => {
    const codes = [
      [job('COMPLETED'), 0],
      [job('FAILED', 2), 2],
      [job('FAILED', 0), 1],
      [job('CANCELLED'), 1],
      [job('TIMEOUT'), 1],
      [job('NODE_FAIL'), 1],
      [job('OUT_OF_MEMORY'), 1],
    ] as const;
    for (const [ended, code] of codes) {
      expect(hasEnded(ended)).toBe(true);
      expect(codeOf(ended)).toBe(code);
    }
    expect(['PENDING', 'RUNNING', 'COMPLETING', 'SUSPENDED'].some((state) => hasEnded(job(state)))).toBe(false);
  });
});

describe('follow', () => {
  /** Follows a job whose states come one by one, and whose output grows with each. */
  async function followed(states: readonly (SlurmJob | Error)[], outputs: readonly string[], abort?: AbortController) {
    const log = join(scratch, `${states.length}-${outputs.join('').length}.log`);
    appendFileSync(log, 'of an earlier job\n');
    const lines: string[] = [];
    const told: string[] = [];
    let asked = 0;
    const end = await follow({
      id: '7',
      log,
      from: 18,
      signal: (abort ?? new AbortController()).signal,
      write: (line) => void lines.push(line),
      tell: ({ state }) => void told.push(state),
      look(id) {
        expect(id).toBe('7');
        const at = asked++;
        appendFileSync(log, outputs[at] ?? '');
        if (at + 1 === states.length) abort?.abort();
        const state = states[at];
        if (state instanceof Error) throw state;
        return state;
      },
    });
    return { end, lines, told };
  }

  it('passes on whole lines as they come, and tells each new state once', async () => {
    const states = [job('PENDING'), job('PENDING'), new Error('slurmctld is starting'), job('RUNNING'), job('TIMEOUT')];
    const outputs = ['', '', '', 'step 1\nst', 'ep 2\nno line break'];
    expect(await followed(states, outputs)).toEqual({
      end: job('TIMEOUT'),
      lines: ['step 1', 'step 2', 'no line break'],
      told: ['PENDING', 'RUNNING', 'TIMEOUT'],
    });
  });

  it('leaves a job to itself when asked', async () => {
    const { end, lines } = await followed([job('RUNNING')], ['step 1\n'], new AbortController());
    expect([end, lines]).toEqual([null, ['step 1']]);
  });
});
