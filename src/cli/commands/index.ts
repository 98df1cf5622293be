/** The commands, in the order of the overview. */
import type { CommandFile } from '../command-file.ts';
import { command as bench } from './bench/index.ts';
import { command as data } from './data/index.ts';
import { command as doctor } from './doctor.ts';
import { command as evaluate } from './evaluate.ts';
import { command as launch } from './launch/index.ts';
import { command as predict } from './predict/index.ts';
import { command as report } from './report/index.ts';
import { command as simulate } from './simulate/index.ts';
import { command as submit } from './submit/index.ts';
import { command as train } from './train.ts';
import { command as watch } from './watch.ts';
import { command as waveform } from './waveform/index.ts';

export const commands: readonly CommandFile[] = [
  train,
  evaluate,
  predict,
  launch,
  submit,
  report,
  watch,
  bench,
  simulate,
  waveform,
  data,
  doctor,
];
