import { describe, expect, it } from 'vitest';
import { addressSpaceLimit, isEnoughFor, limitBehind } from '../../src/machine/limits.ts';

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max address space         ${soft.padEnd(20)} unlimited            bytes
`;

describe('a limit on addresses', () => {
  it('is told where a memory or a thread is refused, and only where there is one', () => {
    expect(addressSpaceLimit(limits('8589934592'))).toBe(2 ** 33);
    expect(addressSpaceLimit(limits('unlimited'))).toBeNull();
    for (const message of [
      'WebAssembly.Memory(): could not allocate memory',
      'this machine does not give 4 MB of memory',
    ])
      expect(limitBehind(message, limits('8589934592'))).toMatch(
        /limited to 8.0 GiB \(ulimit -v.*--disable-wasm-trap-handler/,
      );
    expect(limitBehind('this machine does not give 4 MB of memory', limits('unlimited'))).toBeNull();
    expect(limitBehind('the file is not there', limits('8589934592'))).toBeNull();
  });

  it('is enough for a rank and the look at the engines from 22 GiB on', () => {
    expect([isEnoughFor(1, 21 * 2 ** 30), isEnoughFor(1, 22 * 2 ** 30), isEnoughFor(2, 22 * 2 ** 30)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
