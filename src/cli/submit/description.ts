/** What a batch job is to have: from a YAML file, and from flags, which win. */
import { z } from 'zod';
import { UsageError } from '../../errors/index.ts';
import { parseDuration, schedulerNames } from '../../launch/index.ts';
import { type Layer, display, readYamlFile, suggestion, valueAt } from '../configuration/index.ts';

const countError = 'a number, 1 or more';
const count = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value),
  z.int({ error: countError }).min(1, { error: countError }).max(1_000_000, { error: 'at most 1000000' }),
);

const nodesError = 'numbers of nodes, each once, with commas between several';
const nodes = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((piece) => piece.trim()) : [value].flat()),
  z
    .array(count, { error: nodesError })
    .min(1, { error: nodesError })
    .refine((list) => new Set(list).size === list.length, { error: nodesError }),
);

const timeError = 'H:MM:SS, D-HH:MM:SS, minutes, or 1h30m; more than nothing and at most a year';
const time = z.union([z.string(), z.number()], { error: timeError }).transform((value, context): number => {
  const seconds = parseDuration(String(value));
  if (seconds === null) context.addIssue({ code: 'custom', message: timeError });
  return seconds ?? 0;
});

const wordError = 'a name of letters, digits and _.@:+/-';
const word = z.string({ error: wordError }).regex(/^\w[\w.@:+/-]{0,99}$/, { error: wordError });
const nameError = 'at most 63 letters, digits and _.+-, a letter or a digit first';
const name = z.string({ error: nameError }).regex(/^[A-Za-z0-9][\w.+-]{0,62}$/, { error: nameError });

const linesError = 'a line, or a list of lines';
/** A text of several lines is a list of them: each stands alone in the script. */
const lines = z.preprocess(
  (value) =>
    [value]
      .flat()
      .flatMap((line) => (typeof line === 'string' ? line.split('\n').filter((part) => part.trim()) : line)),
  z.array(z.string({ error: linesError })),
);

const commandError = 'the words behind credence, as a text or as a list';
const words = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value),
  z.array(z.union([z.string(), z.number().transform(String)], { error: commandError }), { error: commandError }),
);

function oneOf<const T extends string>(names: readonly T[]) {
  return z.enum(names, { error: names.join(', ') });
}

const schema = z.strictObject({
  scheduler: oneOf(schedulerNames).nullable().default(null),
  nodes: nodes.default([1]),
  ranksPerNode: count.default(1),
  threadsPerRank: count.default(1),
  threadsPerCore: count.default(1),
  time: time.default(3600),
  queue: word.nullable().default(null),
  account: word.nullable().default(null),
  name: name.nullable().default(null),
  setup: lines.default([]),
  schedulerOption: lines.default([]),
  launcherOption: lines.default([]),
  launcher: oneOf(['own', 'mpiexec']).nullable().default(null),
  mpi: word.nullable().default(null),
  site: z.string().min(1).nullable().default(null),
  program: z.string().min(1).nullable().default(null),
  command: words.default([]),
});

export type Description = z.infer<typeof schema>;

/** Its keys as they were written, those that repeat as lists. */
export interface DescriptionFlags {
  readonly file?: string;
  readonly [key: string]: unknown;
}

/** @throws UsageError naming the flag, or the line of the file, with what was got and what was expected */
export async function readDescription({ file, ...flags }: DescriptionFlags): Promise<Description> {
  const ofFile = file === undefined ? null : await readYamlFile(file);
  const values: Record<string, unknown> = { ...(ofFile?.values as object), ...flags };
  const label = (path: readonly PropertyKey[]): string =>
    Object.hasOwn(flags, path[0]!) || ofFile === null ? `--${String(path[0])}` : ofFile.label(path);
  const { data, error } = schema.safeParse(values);
  if (data) return data;
  throw complaint(error.issues[0], { values, label });
}

function complaint(issue: z.core.$ZodIssue, { values, label }: Layer): UsageError {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const known = Object.keys(schema.shape);
    const remedy = suggestion(key, known);
    return new UsageError(`${label([key])}: unknown key`, {
      ...(remedy === undefined && { expected: `one of ${known.join(', ')}` }),
      remedy,
    });
  }
  const key = issue.path.slice(0, 1);
  const got = valueAt(values, key);
  return new UsageError(label(key), {
    got: Array.isArray(got) ? got.join(',') : display(got),
    expected: issue.message,
  });
}
