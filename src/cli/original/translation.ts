import type { Flag } from '../configuration/index.ts';

export interface Translation {
  /** the one whose flags these are; null: none of them was given */
  readonly program: 'mnist' | 'cifar' | 'waves' | null;
  /** settings of credence only, in order */
  readonly flags: readonly Flag[];
  /** where the original would have put the run; null: none of its flags was given */
  readonly resultFolder: ((model: string) => { parent: string; name: string }) | null;
  /** what the original's program, for CIFAR or gravitational waves, does unless it is told otherwise; null: none of its flags was given */
  readonly defaults: object | null;
  /** what a user should know, a line each */
  readonly notes: readonly string[];
}
