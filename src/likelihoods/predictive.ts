import type { ClassPredictive } from './classes.ts';
import type { RealPredictive } from './real-predictive.ts';

/** What the likelihoods of this room predict; `kind` says which. */
export type Predictive = ClassPredictive | RealPredictive;
