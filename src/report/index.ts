export { tensorBoardObserver, writeEvaluationEvents } from './tensorboard/observer.ts';
