/** What a pickle may build. */
import type { NumpyType } from '../numpy-types.ts';

/** Strings of Python 2 and bytes of Python 3 are bytes; tuples and lists are arrays. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Pickled[]
  | Map<string, Pickled>
  | PickledArray
  | PickledType
  | PickledName;

/** A NumPy array, empty until its BUILD instruction fills it. */
export class PickledArray {
  readonly kind = 'array';
  type: NumpyType | null = null;
  shape: readonly number[] = [];
  isFortran = false;
  /** the elements in the file's order of axes and bytes: put in order where the array is used, not where it is built */
  data: Uint8Array = new Uint8Array(0);
}

/** NumPy's dtype. */
export class PickledType {
  readonly kind = 'dtype';
  /** without the byte order: `u1` */
  readonly item: string;
  /** `<`, `>`, `|` or `=` */
  order = '|';

  constructor(item: string) {
    this.item = item;
  }
}

/** One of the few names of Python that a pickle may mention. */
export class PickledName {
  readonly kind = 'name';
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}
