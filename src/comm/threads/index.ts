export { ThreadGroup, type ThreadGroupOptions, joinThreads } from './group.ts';
export type { ThreadSeat } from './seat.ts';
