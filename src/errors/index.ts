/**
 * Every error that a user can meet. An error says what happened, what was got, what was expected and what to do,
 * in one line; `code` is stable and may be relied on by scripts.
 */
export { suggestion } from './nearest.ts';
export { isPrintable, printable, printableLines } from './printable.ts';
export { commandOf, quote, quoteAll } from './shell.ts';
export { describeFailure, systemCode } from './system.ts';

export { alternatives } from './alternatives.ts';
export { describeValue, firstNotFinite, isNumbers, isObject, isWhole } from './arguments.ts';
export type ErrorCode =
  | 'USAGE' // a wrong command, flag, key or value: exit code 2
  | 'SHAPE' // shapes or data types that do not fit an operation
  | 'GRAPH' // a graph that cannot be differentiated, planned or run
  | 'DATA' // a data file that is missing, truncated or not what it says
  | 'CHECKPOINT' // a checkpoint that is broken or belongs to another model
  | 'RUN_FOLDER' // a run folder that is locked, not writable or of another model
  | 'NOT_FINITE' // a NaN or an infinity in the loss, a gradient or a parameter
  | 'UNAVAILABLE' // a component that this machine does not have
  | 'COMMUNICATION' // a rank that is lost or does something else than the others
  | 'BATCH' // a job that a batch system refuses, or does not know
  | 'INTERRUPTED'; // stopped by a signal, after a checkpoint

/** In words of our own: a page's minifier renames the classes. */
const names: Readonly<Record<ErrorCode, string>> = {
  USAGE: 'UsageError',
  SHAPE: 'ShapeError',
  GRAPH: 'GraphError',
  DATA: 'DataError',
  CHECKPOINT: 'CheckpointError',
  RUN_FOLDER: 'RunFolderError',
  NOT_FINITE: 'NotFiniteError',
  UNAVAILABLE: 'UnavailableError',
  COMMUNICATION: 'CommunicationError',
  BATCH: 'BatchError',
  INTERRUPTED: 'CredenceError',
};

export interface ErrorDetail {
  /** what was found, as the user wrote it or as it stands in the file */
  readonly got?: string;
  /** what would have been right */
  readonly expected?: string;
  /** what to do now: a sentence in the imperative */
  readonly remedy?: string;
  readonly cause?: unknown;
}

export class CredenceError extends Error {
  readonly code: ErrorCode;
  /** what happened, without the details */
  readonly what: string;
  readonly got: string | undefined;
  readonly expected: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, what: string, detail: ErrorDetail = {}) {
    super(oneLine(what, detail), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = names[code];
    this.code = code;
    this.what = what;
    this.got = detail.got;
    this.expected = detail.expected;
    this.remedy = detail.remedy;
  }

  /** Exit code of the command line: 2 for bad usage, 1 for everything that failed. */
  get exitCode(): 1 | 2 {
    return this.code === 'USAGE' ? 2 : 1;
  }
}

export class UsageError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('USAGE', what, detail);
  }
}

export class ShapeError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('SHAPE', what, detail);
  }
}

export class GraphError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('GRAPH', what, detail);
  }
}

export class DataError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('DATA', what, detail);
  }
}

export class CheckpointError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('CHECKPOINT', what, detail);
  }
}

export class RunFolderError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('RUN_FOLDER', what, detail);
  }
}

export class NotFiniteError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('NOT_FINITE', what, detail);
  }
}

export class UnavailableError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('UNAVAILABLE', what, detail);
  }
}

/** What a batch system refuses, or does not know. */
export class BatchError extends CredenceError {
  constructor(what: string, detail?: ErrorDetail) {
    super('BATCH', what, detail);
  }
}

/** A rank that is lost, does not come, or does something else than the others. */
export class CommunicationError extends CredenceError {
  /** the ranks that are to blame; empty where that is not known */
  readonly ranks: readonly number[];

  constructor(what: string, { ranks = [], ...detail }: ErrorDetail & { readonly ranks?: readonly number[] } = {}) {
    super('COMMUNICATION', what, detail);
    this.ranks = ranks;
  }
}

/** Parameters that are no longer the same on all ranks: none of them can be trusted. */
export class DriftError extends CommunicationError {
  override name = 'DriftError';
}

function oneLine(what: string, { got, expected, remedy }: ErrorDetail): string {
  const facts = [got && `got ${got}`, expected && `expected ${expected}`].filter(Boolean).join(', ');
  const line = facts ? `${what}: ${facts}` : what;
  return remedy ? `${line}. ${remedy}` : line;
}
