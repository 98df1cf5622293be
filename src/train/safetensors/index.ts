export { readSafetensors, type StoredTensor, type TensorFile } from './reader.ts';
export { bytesOf, byName, safetensorsChunks } from './writer.ts';
