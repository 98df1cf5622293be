import type { FetchProgress } from '../datasets/index.ts';
import type { Schedule, StopRequest, TrainingObserver } from '../train/index.ts';

/** Who is told what happens. */
export interface Watch {
  /** something odd that stops nothing, a line */
  note(text: string): void;
  /** how things go, a line */
  tell(text: string): void;
  fetching(progress: FetchProgress): void;
  training(schedule: Schedule, firstStep: number, figure: string): TrainingObserver;
  evaluating(done: number, total: number): void;
  /** begins to listen for signals; what comes back is asked at every step */
  listen(): StopRequest & { release(): void };
}
