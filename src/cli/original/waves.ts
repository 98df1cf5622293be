/** Flags of the original's program for gravitational waves. */
import { UsageError } from '../../errors/index.ts';
import { gravitationName } from '../../train/index.ts';
import { type Flag, display, settingsOfModel } from '../configuration/index.ts';
import { booleanOf } from './boolean.ts';
import { originalFlags, waveDefaults, waveErrors, withoutEffect } from './flags.ts';
import type { Translation } from './translation.ts';

const model = 'GW_BNN';
/** Of its own flags, those that only stand there. */
const idle = ['Test_data', 'hvd', 'pout', 'TestDataRun', 'TFseed', 'train_logs', 'Re_Start'];
/** The validation part by which it stops, a share of what is made, or of the file to test on; and how often it looks. */
const [validation, looksEvery] = [0.1, 100];

/** What stands behind `train`, and the name of its data, where it says one. */
export interface Target {
  readonly word: string;
  readonly data: unknown;
}

/** Others write these where they mean a setting of credence. */
const everyday: ReadonlySet<string> = new Set(['lr', 'batchsize']);

/**
 * Whether flags of this program are meant: some that nobody else has, or any of a training on gravitational waves.
 * @throws UsageError where they stand beside a training on other data
 */
export function areOfWaves(all: readonly Flag[], target: Target | null): boolean {
  const own = all.filter(({ name }) => originalFlags.some((flag) => flag.name === name && flag.isWaves));
  const isOfWaves = target?.data === gravitationName;
  const telling = own.find(({ name }) => !everyday.has(name));
  if (own.length === 0 || (!telling && !isOfWaves)) return false;
  if (target === null || isOfWaves) return true;
  throw new UsageError(`${telling?.label} is a flag of the original's program for gravitational waves`, {
    got: display(target.word),
    expected: `${gravitationName}, GW_BNN or GW_BNN_full`,
  });
}

/** @param all flags of files and of the command line, in order, all of them known */
export function translateWaves(all: readonly Flag[]): Translation {
  refuseOthers(all);
  const given = (name: string) => all.findLast((flag) => flag.name === name);
  const settings = all.flatMap((flag) => {
    const known = originalFlags.find(({ name }) => name === flag.name);
    if (known?.setting) return [{ ...flag, name: known.setting }];
    return known ? [] : [flag];
  });
  const tolerance = given('toler');
  const { data } = settingsOfModel[model]!;
  const ignored = [...idle, ...withoutEffect].filter((name) => given(name));
  const notes = [
    `KL / batch, as the original has it: --kl.per dataset is the posterior of the data`,
    ...(ignored.length > 0 ? [`${ignored.join(', ')}: no effect here`] : []),
  ];
  return {
    program: 'waves',
    flags: settings,
    resultFolder: () => ({
      parent: given('Datasave_path')?.value || './',
      name: given('Model_Name')?.value || usualName,
    }),
    defaults: {
      ...settingsOfModel[model],
      ...waveDefaults,
      model: { name: model, likelihood: { normal: { noise: noiseOf(given('fixed_var'), given('vary_var')) } } },
      ...(tolerance && { stopAt: goals(tolerance), evaluateEvery: looksEvery, data: { ...data, validation } }),
    },
    notes,
  };
}

const usualName = 'spin_GW_BNn_RUN';

function refuseOthers(all: readonly Flag[]): void {
  const other = all.find(({ name }) =>
    originalFlags.some((flag) => flag.name === name && !flag.isWaves && !withoutEffect.has(name)),
  );
  if (other === undefined) return;
  const own = all.find(({ name }) => originalFlags.some((flag) => flag.name === name && flag.isWaves));
  throw new UsageError('flags of two programs', {
    got: `${own?.label} of the one for gravitational waves, ${other.label} of another`,
    remedy: 'Keep to those of one of them; credence train --help lists them',
  });
}

function noiseOf(fixed: Flag | undefined, vary: Flag | undefined): number | 'predicted' {
  if (vary && booleanOf(vary)) return 'predicted';
  return fixed ? positive(fixed) : usualNoise;
}

const usualNoise = 0.2;

/** Each so much above the original's that their distance, which it looks at, is at most the tolerance. */
function goals(tolerance: Flag): number[] {
  const each = positive(tolerance) / Math.sqrt(waveErrors.length);
  return waveErrors.map((error) => error + each);
}

function positive({ value, label }: Flag): number {
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && number < 1e6) return number;
  throw new UsageError(label, { got: display(value) || 'an empty text', expected: 'a number above 0' });
}
