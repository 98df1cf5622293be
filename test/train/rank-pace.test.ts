import { describe, expect, it } from 'vitest';
import { type Communicator, solo } from '../../src/comm/index.ts';
import { RankPace } from '../../src/train/rank-pace.ts';
import { defaults, scheduleOf } from '../../src/train/index.ts';

/** Three ranks of which the others compute twice and four times as long as this one. */
function three(size = 3): Communicator {
  return {
    ...solo,
    size,
    allgather(own, all) {
      const run = () => {
        for (let rank = 0; rank < size; rank++) all[rank] = (own[0] as number) * 2 ** Math.min(rank, 2);
      };
      return { start: run, test: () => true, wait() {}, run };
    },
  } as Communicator;
}

const schedule = scheduleOf({ ...defaults, batchSize: 60, slices: 5, replicas: 1 }, 1000);

describe('the pace of each rank', () => {
  it('is that of its own examples in its own time, in the mean of the steps since it was last told', () => {
    const pace = RankPace.of(three(), schedule)!;
    for (let i = 0; i < 4; i++) {
      pace.addCompute(0.125);
      pace.addStep(0.5);
    }
    // 5 slices of 12 are dealt out as 1, 2 and 2
    expect(pace.gather(4)).toEqual({ samplesPerSecond: [12 / 0.125, 24 / 0.25, 24 / 0.5], busy: [0.25, 0.5, 1] });
    pace.addCompute(0.25);
    pace.addStep(1);
    expect(pace.gather(5).samplesPerSecond[0]).toBe(48);
  });

  it('is nobody else than one rank waits for, and of too many not told', () => {
    expect(RankPace.of(solo, schedule)).toBeNull();
    const wide = scheduleOf({ ...defaults, batchSize: 130, slices: 130, replicas: 1 }, 1000);
    expect(RankPace.of(three(65), wide)).toBeNull();
    expect(RankPace.of(three(64), wide)).not.toBeNull();
  });
});
