export type { Communicator } from './communicator.ts';
export { solo } from './solo/index.ts';
