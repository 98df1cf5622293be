/**
 * Of values in ascending order, the place of the quantile at a level: the smallest whole number that is not below
 * level x count, and the first for the level 0 (Hyndman and Fan 1996, definition 1). Computed on the level as it was
 * written, in decimal: in binary 0.07 x 100 is above 7, and would give the place 8.
 * @param level in 0 .. 1
 * @param count of the values, at least 1
 * @returns 1 is the first
 */
export function quantilePlace(level: number, count: number): number {
  // the shortest decimal that reads back as this number, as digits and a power of ten
  const [mantissa, power = '0'] = String(level).split('e') as [string, string?];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  const digits = BigInt(whole + fraction) * BigInt(count);
  const unit = 10n ** BigInt(fraction.length - Number(power));
  return Math.max(1, Number((digits + unit - 1n) / unit));
}
