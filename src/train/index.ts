export { breath, breathe } from './breath.ts';
export type { Checkpoint, CheckpointSink } from './checkpoint.ts';
export {
  type Problem,
  type RunConfiguration,
  type TrainingSettings,
  defaults,
  overlay,
} from './configuration.ts';
export { gravitationName, ownDataName } from './data-settings.ts';
export type {
  EvaluationFigures,
  NamedTensor,
  PosteriorSnapshot,
  RankSpeeds,
  StepRecord,
  StepTiming,
  TrainingObserver,
} from './events.ts';
export { medianAfterWarmup } from './pace.ts';
export { type Schedule, scheduleOf } from './schedule.ts';
export { type Setting, type SettingTable, isSetting } from './setting.ts';
export { settings } from './settings.ts';
export { type Span, type SpanKind, SpanRing, type Timeline, noTimeline } from './timeline.ts';
export { Trainer } from './trainer.ts';
export type { Evaluate, StopRequest, TrainingOptions, TrainingResult } from './training.ts';
