import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRegular } from '../../src/run/files/regular.ts';
import { checkedLine, isAsWritten } from '../../src/run/folder/checksum.ts';
import { assertSealed, sealed } from '../../src/run/folder/seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-stored-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that is read', () => {
  const at = (name: string) => join(folder, name);

  it('is a regular one, also behind a link and of /proc, and none that waits, has no end or is too large', () => {
    writeFileSync(at('plain'), 'text');
    symlinkSync(at('plain'), at('link'));
    expect(readRegular(at('link')).toString()).toBe('text');
    writeFileSync(at('empty'), '');
    expect(readRegular(at('empty'))).toHaveLength(0);
    expect(() => readRegular(folder)).toThrow(/is a folder, no file/);
    expect(() => readRegular(at('absent'))).toThrow(/ENOENT/);
    writeFileSync(at('sparse'), '');
    truncateSync(at('sparse'), 2 ** 34);
    expect(() => readRegular(at('sparse'))).toThrow(/has 17179869184 bytes, where at most 16777216 are read/);
    expect(() => readRegular(at('plain'), 3)).toThrow(/has 4 bytes, where at most 3 are read/);
    mkdirSync(at('inside'));
  });

  it.skipIf(process.platform === 'win32')('is no pipe and no device', () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(() => readRegular(at('pipe'))).toThrow(/is a pipe, no file/);
    symlinkSync('/dev/zero', at('zero'));
    expect(() => readRegular(at('zero'))).toThrow(/is a device, no file/);
  });
});

describe('a line of records', () => {
  it('is known for edited by any character in front of its checksum, and by the checksum', () => {
    const line = checkedLine({ step: 1, nll: 0.25 }, { seconds: 0.5 });
    expect(line).toMatch(/^\{"step":1,"nll":0.25,"checksum":"[0-9a-f]{8}","seconds":0.5\}$/);
    expect(JSON.parse(line)).toMatchObject({ step: 1, nll: 0.25, seconds: 0.5 });
    expect(isAsWritten(line)).toBe(true);
    // what differs between two runs of a seed is not watched
    expect(isAsWritten(line.replace('0.5}', '0.7}'))).toBe(true);
    const watched = line.indexOf('"checksum"');
    for (let i = 1; i < watched - 1; i++) {
      const other = line[i] === '7' ? '8' : '7';
      expect(isAsWritten(line.slice(0, i) + other + line.slice(i + 1)), `character ${i}`).toBe(false);
    }
    expect(isAsWritten(line.replace(/[0-9a-f]{8}/, '00000000'))).toBe(false);
    expect(isAsWritten('{"step":1}')).toBeNull();
    expect(isAsWritten(checkedLine({ step: 3 }))).toBe(true);
  });
});

describe('the seal of a config.yaml', () => {
  const text = sealed('# settings\nseed: 5\nkl:\n  beta: 0.5\nlist: [1, 2]\n');
  const check = (given: string, isSealed = true) => {
    try {
      assertSealed(given, { path: 'r/config.yaml', run: 'r', isSealed });
      return true;
    } catch {
      return false;
    }
  };

  it('holds for the same settings, however they are written', () => {
    expect(check(text)).toBe(true);
    expect(check(text.replace('# settings', '# seed: 7'))).toBe(true);
    expect(check(text.replace('0.5', '5e-1').replace('[1, 2]', '[ 1,2 ]'))).toBe(true);
  });

  it('is broken by another digit, and by an end that is missing', () => {
    expect(check(text.replace('5\n', '4\n'))).toBe(false);
    expect(check(text.replace('list: [1, 2]\n', ''))).toBe(false);
    expect(check(text.replace('beta', 'bets'))).toBe(false);
    for (let length = 0; length < text.length - 1; length++)
      expect(check(text.slice(0, length)), `${length}`).toBe(false);
  });

  it('may be missing where the run is of a version without', () => {
    expect(check('seed: 5\n', false)).toBe(true);
    expect(check('seed: 5\n', true)).toBe(false);
  });

  it('says what to do', () => {
    expect(() =>
      assertSealed(text.slice(0, 40), { path: 'my run/config.yaml', run: 'my run', isSealed: true }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[RunFolderError: my run/config.yaml is not as credence wrote it: got a file without its last line, the sha256 of its settings, expected the whole file. Put it back as it was. What a run goes on with differently is given by flags: credence train --resume 'my run'; with these settings a new run can begin: credence train 'my run/config.yaml' --out DIR]`,
    );
  });
});
