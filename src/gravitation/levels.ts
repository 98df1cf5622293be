import type { SnrRange } from './examples.ts';

/** How loud signals are at first, over `peakSnr`; and how it becomes as `peakSnr` says: geometrically. */
export interface Fading {
  readonly peakSnr: SnrRange;
  /** a factor, 1 or above */
  readonly louder: number;
}

/**
 * The loudness after a share of the way, 0 to 1. A network that has never heard anything learns nothing from signals that
 * are as loud as the noise: one begins with such that stand out.
 */
export function loudnessAt({ peakSnr: [least, most], louder }: Fading, share: number): SnrRange {
  const factor = louder ** (1 - share);
  return [factor * least, factor * most];
}

/** The same in steps, which files of signals are: the first is the loudest, the last as `peakSnr` says. */
export const loudnessLevels = 7;

/** @param level 0 to 6 */
export function loudnessOfLevel(fading: Fading, level: number): SnrRange {
  return loudnessAt(fading, level / (loudnessLevels - 1));
}

/** Which of a number of levels is trained on after a share of the way. */
export function levelAt(share: number, levels: number): number {
  return Math.min(levels - 1, Math.floor(share * (levels - 1)));
}
