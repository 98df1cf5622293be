/**
 * Gravitational waves of black holes that merge: signals, what is left, and what a detector hears. Masses are in solar
 * masses as the detector sees them, frequencies in Hz, distances in Mpc, times in seconds. Runs in a browser as well.
 */
export { type ObservedEvent, injections, observedEvents } from './catalogue.ts';
export { type Binary, type Masses, massesOf } from './binary.ts';
export {
  type HeldOutOptions,
  type LoudnessOptions,
  type SignalExamplesOptions,
  type SnrRange,
  fillWindows,
  gravitationExamples,
  heldOutLoudness,
  heldOutSignals,
  signalsAtRest,
  signalsInNoise,
  usualTargets,
  windowShape,
} from './examples.ts';
export { type Fading, levelAt, loudnessAt, loudnessLevels, loudnessOfLevel } from './levels.ts';
export { type DrawnBinary, type Prior, type SignalPart, drawBinary, usualPrior } from './prior.ts';
export { type SignalTarget, type Signals, makeSignals, signalLabels, signalTargets } from './signals.ts';
export { designNoise } from './detector.ts';
export { type Kind, lowestFrequency, sampleRate } from './frequency-grid.ts';
export { type DetectorNoiseKey, colouredNoise, estimateNoise, hideInNoise, whiteNoise, whiten } from './noise.ts';
export { type Remnant, remnant } from './remnant.ts';
export { type FittedMode, type Mode, bertiCardosoWill, ringdown, toneOf } from './ringdown.ts';
export { WhitenedWindows } from './two-bands.ts';
export { optimalSnr } from './snr.ts';
export {
  type Polarization,
  type Source,
  type Waveform,
  type WaveformOptions,
  peakFrequency,
  waveform,
} from './waveform.ts';
export {
  type WindowOptions,
  SegmentWindows,
  durationFrom20Hz,
  segmentOf,
  usualMerger,
  windowLength,
} from './windows.ts';
