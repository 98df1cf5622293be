export { type NativeLibrary, type NativePlace, loadNative } from './library.ts';
export { nativeVectors } from './vectors.ts';
