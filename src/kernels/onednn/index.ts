export { onednnKernels } from './engine.ts';
export { type OnednnLibrary, loadOnednn } from './library.ts';
