export interface KlSchedule {
  readonly schedule: 'constant' | 'linear' | 'cyclical';
  /** the final weight of KL / N, in (0, 1] */
  readonly beta: number;
  /** linear: steps of the rise; cyclical: steps of one cycle; 0: the whole run */
  readonly steps: number;
  /** cyclical: share of a cycle spent rising, in (0, 1] */
  readonly rise: number;
}

/**
 * Weight of the KL term at a step: constant; rising linearly from 0 and then constant (Bowman et al. 2016, arXiv
 * 1511.06349, section 3.1); or rising anew in each cycle (Fu et al. 2019, arXiv 1903.10145, eq. 6 and 7).
 * @param step 1 is the first
 * @param totalSteps of the run
 */
export function klWeight({ schedule, beta, steps, rise }: KlSchedule, step: number, totalSteps: number): number {
  if (schedule === 'constant') return beta;
  const period = steps > 0 ? steps : totalSteps;
  if (schedule === 'linear') return beta * Math.min(1, step / period);
  const place = ((step - 1) % period) / period;
  return beta * Math.min(1, place / rise);
}
