export { type MpiOptions, joinMpi } from './join.ts';
