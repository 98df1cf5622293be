/** The library. Rooms are described in docs/architecture.md. */
export * from './errors/index.ts';
export { type Model, modelNames, modelOf } from './models/index.ts';
