export {
  configurationFile,
  createRunFolder,
  makeFolder,
  type NewRun,
  openRunFolder,
  type RunFolder,
  writeRunFile,
} from './folder.ts';
export { isAsWritten } from './checksum.ts';
export { isHeld, mayBeHeld } from './lock.ts';
export { MetricsFile } from './metrics.ts';
export { appendRecord, RecordFile } from './record-file.ts';
export { assertSealed, hasSeal, isSealedRun, sealed } from './seal.ts';
export { TimingFile } from './timing.ts';
export { describeParameters, writeTrainingLog } from './training-log.ts';
