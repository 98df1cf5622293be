/**
 * Files of gravitational waves, as the system that credence succeeds reads them: seven to train on, from loud to faint, and
 * one to test on.
 */
import { loudnessLevels, windowLength } from '../../gravitation/index.ts';

export interface SignalFile {
  readonly name: string;
  /** [N, 8192] windows, float32 */
  readonly data: string;
  /** [N, 5]: m1, m2, final spin, omega_R, omega_I */
  readonly label: string;
}

export const testFile: SignalFile = {
  name: 'SNR_interval_TestData_.h5',
  data: 'test_data',
  label: 'test_label',
};

/** The first is the loudest. */
export const trainingFiles: readonly SignalFile[] = Array.from({ length: loudnessLevels }, (_, level) => ({
  ...{ name: `SNR_interval_${level}.h5`, data: 'train_data', label: 'train_label' },
}));

export const manifestName = 'manifest.json';

export const windowBytes = 4 * windowLength;
