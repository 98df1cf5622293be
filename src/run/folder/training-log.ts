/** `training.log`: every parameter's name, shape and count, as the original wrote it with `verbose`. */
import type { NamedTensor } from '../../train/index.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { writeRunFile } from './folder.ts';

/** One line per parameter in columns, then the total; also what `--verbose` prints as the model's summary. */
export function describeParameters(parameters: readonly Pick<NamedTensor, 'name' | 'shape'>[]): string {
  const counts = parameters.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rows = [
    ['parameter', 'shape', 'count'],
    ...parameters.map(({ name, shape }, i) => [name, `[${shape.join(', ')}]`, `${counts[i]}`]),
    ['total', '', `${total}`],
  ];
  const [names, shapes, numbers] = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(([name, shape, count]) => `${name.padEnd(names)}  ${shape.padEnd(shapes)}  ${count.padStart(numbers)}\n`)
    .join('');
}

/** @throws RunFolderError if the file cannot be written */
export function writeTrainingLog(
  runFolder: string,
  parameters: readonly Pick<NamedTensor, 'name' | 'shape'>[],
  files: FileSystem = nodeFileSystem,
): void {
  writeRunFile(runFolder, 'training.log', describeParameters(parameters), files);
}
