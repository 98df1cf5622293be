export {
  type SignalFiles,
  type StoredSignals,
  joinedSignals,
  readSignalFile,
  signalFilesAt,
  signalSchema,
  signalTargetsOf,
} from './read.ts';
export { type SignalRequest, closeSignalFolder, openSignalFolder, planOf, writeSignalFiles } from './write.ts';
