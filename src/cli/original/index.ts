export { readFlagFile } from './flag-file.ts';
export { translateFlags } from './translate.ts';
export type { Translation } from './translation.ts';
