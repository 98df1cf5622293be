/** Damage to files: bits turned over, bytes cut off, put on and written over. */
import fc from 'fast-check';

export type Change = (bytes: Uint8Array) => Uint8Array;

const place = fc.oneof(
  fc.nat(),
  fc.nat(80),
  fc.nat(80).map((fromEnd) => -1 - fromEnd),
);

function at(bytes: Uint8Array, where: number): number {
  if (bytes.length === 0) return 0;
  return where < 0 ? Math.max(0, bytes.length + where) : where % bytes.length;
}

const flip = fc.tuple(place, fc.nat(7)).map(
  ([where, bit]): Change =>
    (bytes) => {
      const copy = bytes.slice();
      copy[at(copy, where)] ^= 1 << bit;
      return copy;
    },
);
const truncate = place.map(
  (where): Change =>
    (bytes) =>
      bytes.slice(0, at(bytes, where)),
);
const behead = fc.nat(40).map(
  (count): Change =>
    (bytes) =>
      bytes.slice(count),
);
const extend = fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
  (more): Change =>
    (bytes) =>
      new Uint8Array([...bytes, ...more]),
);
const overwrite = fc
  .tuple(place, fc.constantFrom([0], [255], [0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128]))
  .map(
    ([where, values]): Change =>
      (bytes) => {
        const copy = bytes.slice();
        copy.set(values.slice(0, copy.length - at(copy, where)), at(copy, where));
        return copy;
      },
  );
const digit = fc.tuple(place, fc.integer({ min: 32, max: 126 })).map(
  ([where, code]): Change =>
    (bytes) => {
      const copy = bytes.slice();
      copy[at(copy, where)] = code;
      return copy;
    },
);
/** One to four changes, one after the other. */
export const changes = fc.array(fc.oneof(flip, truncate, behead, extend, overwrite, digit), {
  minLength: 1,
  maxLength: 4,
});
