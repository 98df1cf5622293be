import type { FetchProgress } from '../datasets/index.ts';
import type { Schedule, StopRequest, TrainingObserver } from '../train/index.ts';

/** What a signal asks to come to an end. */
export type Work = 'training' | 'evaluation' | 'prediction';

/** Who is told what happens. */
export interface Watch {
  /** something odd that stops nothing, a line */
  note(text: string): void;
  /** how things go, a line */
  tell(text: string): void;
  fetching(progress: FetchProgress): void;
  /** the run folder holds a run, whose first step comes next */
  began(run: string): void;
  training(schedule: Schedule, firstStep: number, figure: string): TrainingObserver;
  evaluating(done: number, total: number): void;
  /**
   * Begins to listen for signals; what comes back is asked at every step, or at every draw.
   * @param work that a signal ends
   */
  listen(work: Work): StopRequest & { release(): void };
}
