export {
  type SignalFiles,
  type StoredSignals,
  inputSchema,
  joinedWindows,
  labelTable,
  readSignalFile,
  signalFilesAt,
  signalTargetsOf,
} from './read.ts';
export { type SignalRequest, closeSignalFolder, openSignalFolder, planOf, writeSignalFiles } from './write.ts';
