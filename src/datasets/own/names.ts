/** Names of columns: which of them are wanted, and whether they are there. */
import type { DataSchema } from '../../data/index.ts';
import { DataError, suggestion, UsageError } from '../../errors/index.ts';

/**
 * Which columns of a table are read, given all their names.
 * @throws where one is not there, or not known
 */
export type ColumnChoice = (file: string, names: readonly string[]) => readonly string[];

/** More columns than that are rows. */
const mostColumns = 2 ** 16;

/** @throws DataError where a column has no name, or two have the same */
export function checkNames(file: string, names: readonly string[]): readonly string[] {
  if (names.length > mostColumns) {
    throw new DataError(`${file} has too many columns`, {
      got: String(names.length),
      expected: `at most ${mostColumns}`,
      remedy: 'Check that its lines end, or turn it round',
    });
  }
  const nameless = names.indexOf('');
  if (nameless >= 0) {
    throw new DataError(`${file} has a column without a name`, {
      got: `column ${nameless + 1} of ${names.length}`,
      expected: 'a name for each',
      remedy: 'Name it; an index that pandas wrote goes away with to_csv(..., index=False)',
    });
  }
  const places = new Map<string, number>();
  names.forEach((name, place) => {
    const other = places.get(name);
    if (other !== undefined) {
      throw new DataError(`${file} has two columns with one name`, {
        got: `${name} as column ${other + 1} and ${place + 1}`,
        expected: 'a name of its own for each',
        remedy: 'Rename one',
      });
    }
    places.set(name, place);
  });
  return names;
}

export interface NamesOfTable {
  readonly targets: readonly string[];
  readonly inputs: readonly string[];
  /** null: none */
  readonly weights: string | null;
  /** neither inputs nor targets: later files may have them or not */
  readonly unused: readonly string[];
}

export interface NamedColumns {
  readonly target: string | readonly string[] | null;
  readonly inputs: readonly string[] | null;
  readonly weights?: string | null;
}

/**
 * What a user's words mean for a table.
 * @throws UsageError where a column is not there, is named twice, or no input is left
 */
export function namesOfTable(
  file: string,
  names: readonly string[],
  { target, inputs, weights = null }: NamedColumns,
): NamesOfTable {
  const targets = target === null ? [] : typeof target === 'string' ? [target] : target;
  if (targets.length === 0) {
    throw new UsageError(`${file} does not say which column is the target`, {
      got: shortList(names),
      remedy: 'Name one of these as the target',
    });
  }
  const weighing = weights === null ? [] : [weights];
  const others = new Set([...targets, ...weighing]);
  const chosen = inputs ?? names.filter((name) => !others.has(name));
  const known = new Set(names);
  const wanted = [...targets, ...chosen, ...weighing];
  for (const name of wanted) if (!known.has(name)) throw noColumn(file, name, names);
  const seen = new Set<string>();
  const twice = wanted.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw new UsageError(`a column of ${file} is wanted twice`, {
      got: `${twice}${rolesOf(twice, { target: targets, input: chosen, weights: weighing })}`,
      expected: 'each column once',
    });
  }
  if (chosen.length === 0) {
    throw new UsageError(`${file} has no column left for the inputs`, {
      got: shortList(names),
      remedy: 'Give a file with more columns than the target',
    });
  }
  const used = new Set([...targets, ...chosen]);
  return { targets, inputs: chosen, weights, unused: names.filter((name) => !used.has(name)) };
}

/** `, as target and as input` */
function rolesOf(name: string, roles: Readonly<Record<string, readonly string[]>>): string {
  const own = Object.keys(roles).filter((role) => roles[role].includes(name));
  return own.length > 1 ? `, as ${own.join(' and as ')}` : '';
}

export function noColumn(file: string, name: string, names: readonly string[]): UsageError {
  return new UsageError(`${file} has no column ${name}`, {
    expected: `one of ${shortList(names)}`,
    remedy: suggestion(name, names),
  });
}

/**
 * The columns of a later file: those of the training part, in any order.
 * @param needsTargets whether it is an error if targets are not there
 * @throws DataError where columns are missing, or there are others than the training file had
 */
export function columnsOfSchema({ input, target }: DataSchema, needsTargets: boolean): ColumnChoice {
  return (file, names) => {
    const inputs = (input.columns ?? []).map((column) => column.name);
    const wanted = needsTargets ? [...inputs, ...target.names] : inputs;
    const known = new Set([...inputs, ...target.names, ...input.unused]);
    const there = new Set(names);
    const missing = wanted.filter((name) => !there.has(name));
    const strange = names.filter((name) => !known.has(name));
    if (missing.length > 0) {
      throw new DataError(`${file} has fewer columns than the training file`, {
        got:
          strange.length > 0
            ? `${shortList(strange)} instead of ${shortList(missing)}`
            : `none named ${shortList(missing)}`,
        expected: shortList(wanted),
        remedy: strange.length > 0 ? 'Rename them, or add what is missing' : 'Add what is missing',
      });
    }
    if (strange.length > 0) {
      throw new DataError(`${file} has more columns than the training file`, {
        got: `${shortList(strange)} as well`,
        expected: shortList([...wanted, ...(needsTargets ? [] : target.names)]),
        remedy: 'Take them out',
      });
    }
    return [...inputs, ...target.names.filter((name) => there.has(name))];
  };
}

export function shortList(names: readonly string[]): string {
  return names.slice(0, 12).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '');
}
