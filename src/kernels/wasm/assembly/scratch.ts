/** The parts of the scratch, laid out anew by each call; with a start of 0 the end is the number of bytes needed. */
let next: usize = 0;

export function layOutFrom(start: usize): void {
  next = start;
}

/** A place for so many bytes, at a multiple of 64. */
export function take(bytes: i32): usize {
  const at = next;
  next += (<usize>bytes + 63) & ~63;
  return at;
}

export function laidOut(): usize {
  return next;
}
