export { readSafetensors } from './reader.ts';
export { bytesOf, byName, safetensorsChunks } from './writer.ts';
