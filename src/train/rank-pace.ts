/** How fast each rank is by itself: what a rank that slows all others is known by. */
import { type Collective, type Communicator, sharedFloats, unitsOfRank } from '../comm/index.ts';
import type { RankSpeeds } from './events.ts';
import type { Schedule } from './schedule.ts';

/** Of more ranks none is told: a line of them all would be longer than what it is about. */
const mostRanks = 64;

/** The same on every rank, each of which adds its own times; they are exchanged at the steps of which something is told. */
export class RankPace {
  readonly #own = sharedFloats(1);
  readonly #all: Float32Array;
  readonly #gather: Collective;
  readonly #examples: readonly number[];
  #computed = 0;
  #seconds = 0;
  #steps = 0;

  /** @returns null for one rank, which waits for nobody, and for more than 64 */
  static of(communicator: Communicator, schedule: Schedule): RankPace | null {
    const { size } = communicator;
    return size > 1 && size <= mostRanks ? new RankPace(communicator, schedule) : null;
  }

  private constructor(communicator: Communicator, { units, sliceExamples }: Schedule) {
    const { size } = communicator;
    this.#all = sharedFloats(size);
    this.#gather = communicator.allgather(this.#own, this.#all, 'times of the ranks');
    this.#examples = Array.from({ length: size }, (_, rank) => {
      const { begin, end } = unitsOfRank(units, rank, size);
      return (end - begin) * sliceExamples;
    });
  }

  /** @param seconds in which this rank computed its units of a step */
  addCompute(seconds: number): void {
    this.#computed += seconds;
  }

  /** @param seconds of the whole step */
  addStep(seconds: number): void {
    this.#seconds += seconds;
    this.#steps++;
  }

  /** Of the steps since the last call, in which all ranks take part. */
  gather(step: number): RankSpeeds {
    this.#own[0] = this.#computed;
    this.#gather.run(step);
    const computed = [...this.#all];
    const speeds = {
      samplesPerSecond: computed.map((seconds, rank) => (this.#steps * this.#examples[rank]!) / seconds),
      busy: computed.map((seconds) => Math.min(1, seconds / this.#seconds)),
    };
    this.#computed = 0;
    this.#seconds = 0;
    this.#steps = 0;
    return speeds;
  }
}
