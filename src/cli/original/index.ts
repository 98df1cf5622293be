export { readFlagFile } from './flag-file.ts';
export { originalFlags } from './flags.ts';
export { type Translation, translateFlags } from './translate.ts';
