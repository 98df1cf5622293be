export { type MpiOptions, joinMpi } from './join.ts';
export { mpiLibraries } from './library.ts';
