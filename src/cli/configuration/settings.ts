import { type Setting, type SettingTable, isSetting, settings as table } from '../../train/index.ts';

type Paths<Table> = {
  [Key in keyof Table & string]: Table[Key] extends Setting ? Key : `${Key}.${Paths<Table[Key]>}`;
}[keyof Table & string];

/** Paths of the settings: `seed`, `kl.beta`. */
export type SettingPath = Paths<typeof table>;

export interface SettingRow extends Setting {
  readonly path: SettingPath;
}

/** In the order in which config.yaml and the help show them. */
export const settings: readonly SettingRow[] = rowsOf(table, []);

function rowsOf(rows: SettingTable, above: readonly string[]): SettingRow[] {
  return Object.entries(rows).flatMap(([key, row]) =>
    isSetting(row) ? [{ ...row, path: [...above, key].join('.') as SettingPath }] : rowsOf(row, [...above, key]),
  );
}

/** The value at a path of a nested object; undefined where there is none. */
export function valueAt(nested: unknown, path: readonly PropertyKey[] | string): unknown {
  let value = nested;
  for (const key of typeof path === 'string' ? path.split('.') : path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
