export { differentiate } from './differentiate.ts';
export { fuse } from './fuse.ts';
export { Graph, type Resolve } from './graph.ts';
export { type FlipoutCost, lowerFlipout } from './lower.ts';
export { inferTypes } from './operations/table.ts';
export { type Plan, type PlanRequest, align, plan } from './plan.ts';
export { bytesOf, bytesPerElement, formatShape, sizeOf, windowGeometry } from './shapes.ts';
export { type Stage, stageNames } from './stages.ts';
export type * from './types.ts';
