/** The script of the test's page. */
import { type Build, isAvailable } from '../../src/kernels/wasm/index.ts';
import { type Outcome, type Regression, refusal, regress, trainAndPredict, trainUntil } from './training.ts';

/** What the test calls in the page. */
export interface Page {
  isAvailable(build: Build): boolean;
  trainAndPredict(build: Build): Promise<Outcome>;
  regress(build: Build): Promise<Regression>;
  /** trains until the button is pressed; @returns why it stopped */
  trainUntilPressed(): Promise<string | null>;
  refusal(): string;
}

declare global {
  var tested: Page;
}

function trainUntilPressed(): Promise<string | null> {
  const stop: { requested: string | null } = { requested: null };
  const button = document.createElement('button');
  button.textContent = 'Stop';
  button.addEventListener('click', () => (stop.requested = 'the button'));
  document.body.append(button);
  return trainUntil(stop);
}

globalThis.tested = { isAvailable, trainAndPredict, regress, trainUntilPressed, refusal };
