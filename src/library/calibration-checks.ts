/** A calibration that was handed over, looked at before it is used. */
import type { Calibration as Learned, Viewed } from '../calibration/index.ts';
import { UsageError, describeValue, isObject, isWhole } from '../errors/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import type { Calibration, Numbers } from './calibration.ts';

/** @throws UsageError for what is no calibration, naming what is wrong about it */
export function checkCalibration(calibration: Calibration): void {
  const wrong = isObject(calibration) ? faultOf(calibration) : describeValue(calibration);
  if (wrong === null) return;
  throw new UsageError('a calibration', {
    got: wrong,
    expected: 'what calibrate gives, also by way of JSON',
  });
}

/** What is wrong, in a few words; null: nothing. */
function faultOf(calibration: Calibration): string | null {
  const { count, draws, seed, parameters, classes, numbers, familiarity } = calibration;
  const facts: readonly (readonly [name: string, value: unknown, isRight: boolean])[] = [
    ['count', count, isWhole(count, 1)],
    ['draws', draws, isWhole(draws, 1)],
    ['seed', seed, isWhole(seed, 0)],
    ['parameters', parameters, Number.isInteger(parameters)],
    ['classes', classes, classes === null || (isObject(classes) && areClasses(classes))],
    ['numbers', numbers, numbers === null ? classes !== null : classes === null && isList(numbers, areNumbers)],
    ['familiarity', familiarity, familiarity === null || (isObject(familiarity) && isFamiliarity(familiarity))],
  ];
  const wrong = facts.find(([, , isRight]) => !isRight);
  return wrong ? `${describeValue(wrong[1])} as ${wrong[0]}` : null;
}

function areClasses({ temperature, scores }: Partial<NonNullable<Calibration['classes']>>): boolean {
  return Number.isFinite(temperature) && temperature! > 0 && areNumbers(scores);
}

function isFamiliarity({ groups, inputs, features }: Partial<NonNullable<Calibration['familiarity']>>): boolean {
  const isView = (view: unknown): boolean => {
    if (!isObject(view) || !isWhole(view.width, 1) || !isWhole(view.kept, 1)) return false;
    const { width, kept, centre, axes, references, distances } = view;
    return (
      areNumbers(centre, width) &&
      areNumbers(axes, kept * width) &&
      areNumbers(references, (groups as Numbers).length * kept) &&
      isList(distances, areNumbers)
    );
  };
  return areNumbers(groups) && isView(inputs) && isView(features);
}

function isList(value: unknown, isRight: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((element) => isRight(element));
}

/** Whether it is a list of at least one number, as `plain` makes them. */
function areNumbers(value: unknown, length?: number): boolean {
  const isRight = (element: unknown) => element === null || Number.isFinite(element);
  return isList(value, isRight) && (length === undefined || (value as Numbers).length === length);
}

/** @throws UsageError where it was learned of other classes, targets or features than these are */
export function checkFits({ classes, numbers, familiarity }: Learned, predictive: Predictive, viewed: Viewed | null) {
  const isOfClasses = predictive.kind === 'classes';
  if (isOfClasses ? classes === null : numbers?.length !== predictive.outputs) {
    throw new UsageError('the calibration is that of another likelihood', {
      got: numbers === null ? 'classes' : numbered(numbers.length),
      expected: isOfClasses ? 'classes' : numbered(predictive.outputs),
    });
  }
  if (familiarity === null || viewed === null) return;
  const groups = isOfClasses ? predictive.classes : 1;
  for (const name of ['inputs', 'features'] as const) {
    const { width, distances } = familiarity[name];
    const own = viewed[name].length / Math.max(1, viewed.count);
    if (distances.length === groups && (viewed.count === 0 || width === own)) continue;
    throw new UsageError(`${name} of a calibration`, {
      got: `${distances.length} x ${width}`,
      expected: `${groups} x ${own}`,
    });
  }
}

function numbered(count: number): string {
  return count === 1 ? '1 number' : `${count} numbers`;
}
