export { readFlagFile } from './flag-file.ts';
export { type Translation, translateFlags } from './translate.ts';
