/** What is gained by leaving the least certain examples to somebody else. */
import { UsageError, describeValue } from '../errors/index.ts';
import { ascending, checkNumbers, checkNumbersOf } from './arguments.ts';

export interface RiskCoverage {
  /** [count]: mean loss of the k + 1 most certain examples; of equal certainty, in the mean over their orders */
  readonly risks: Float64Array;
  /** area under the risk-coverage curve: the mean of `risks` (Geifman and El-Yaniv 2017, arXiv 1705.08500) */
  readonly aurc: number;
  /** what of it is above that of the best order, by the loss itself (Geifman et al. 2019, arXiv 1805.08206, eq. 6) */
  readonly excessAurc: number;
}

/**
 * @param uncertainty [count], larger where the prediction is less certain
 * @param losses [count]: 1 for a wrong class and 0 for a right one, or any other loss
 * @throws ShapeError and NotFiniteError where these are not finite numbers, one of each for each example
 */
export function riskCoverage(uncertainty: ArrayLike<number>, losses: ArrayLike<number>): RiskCoverage {
  checkNumbers('uncertainties', uncertainty);
  checkNumbersOf('losses', losses, uncertainty.length);
  const risks = risksBy(uncertainty, losses);
  const aurc = mean(risks);
  return { risks, aurc, excessAurc: aurc - mean(risksBy(losses, losses)) };
}

function risksBy(uncertainty: ArrayLike<number>, losses: ArrayLike<number>): Float64Array {
  const count = losses.length;
  const order = ascending(uncertainty);
  const risks = new Float64Array(count);
  let before = 0;
  for (let first = 0; first < count; ) {
    let next = first;
    let own = 0;
    for (; next < count && uncertainty[order[next]!] === uncertainty[order[first]!]; next++)
      own += losses[order[next]!]!;
    for (let k = first; k < next; k++) risks[k] = (before + (own * (k + 1 - first)) / (next - first)) / (k + 1);
    before += own;
    first = next;
  }
  return risks;
}

/**
 * Mean loss of the most certain share of the examples, at least one of them.
 * @param coverage above 0, at most 1
 * @throws UsageError for another
 */
export function riskAt({ risks }: Pick<RiskCoverage, 'risks'>, coverage: number): number {
  if (typeof coverage === 'number' && coverage > 0 && coverage <= 1) {
    return risks[Math.max(1, Math.round(coverage * risks.length)) - 1]!;
  }
  throw new UsageError('a coverage', { got: describeValue(coverage), expected: 'a share above 0, at most 1' });
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
