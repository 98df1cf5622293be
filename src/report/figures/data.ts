import type { FigureSpec } from './draw.ts';

/** What one mark of a figure shows: its rows, and which of their fields stand along which axis or make which colour. */
export interface DrawnMark {
  /** headings above it, the figure's first */
  readonly panel: readonly string[];
  readonly mark: string;
  /** channel: field, and what is written at it */
  readonly encoding: Readonly<Record<string, { readonly field: string; readonly title: string | null }>>;
  readonly rows: readonly unknown[];
}

interface Around {
  readonly panel: readonly string[];
  readonly rows: readonly unknown[];
  readonly encoding: DrawnMark['encoding'];
}

/** The data of a figure: every mark of its specification, with the rows that it or what is around it has. */
export function dataOf(spec: FigureSpec): DrawnMark[] {
  return marksIn(spec, { panel: [], rows: [], encoding: {} });
}

function marksIn(unit: unknown, { panel, rows, encoding }: Around): DrawnMark[] {
  if (!isRecord(unit)) return [];
  const { title, data, mark } = unit;
  const text = isRecord(title) ? title['text'] : title;
  const own: Around = {
    panel: typeof text === 'string' && text !== '' ? [...panel, text] : panel,
    rows: isRecord(data) && Array.isArray(data['values']) ? data['values'] : rows,
    encoding: { ...encoding, ...fieldsOf(unit['encoding']) },
  };
  if (mark === undefined) {
    const parts = ['layer', 'concat', 'hconcat', 'vconcat'].flatMap((key) =>
      Array.isArray(unit[key]) ? unit[key] : [],
    );
    return parts.flatMap((part) => marksIn(part, own));
  }
  const kind = isRecord(mark) ? mark['type'] : mark;
  return [{ ...own, mark: typeof kind === 'string' ? kind : 'mark' }];
}

function fieldsOf(encoding: unknown): DrawnMark['encoding'] {
  if (!isRecord(encoding)) return {};
  return Object.fromEntries(
    Object.entries(encoding).flatMap(([channel, given]) => {
      if (!isRecord(given) || typeof given['field'] !== 'string') return [];
      const { field, title } = given;
      return [[channel, { field, title: typeof title === 'string' ? title : null }]];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
