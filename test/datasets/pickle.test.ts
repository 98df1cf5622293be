import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PickledArray, readPickle } from '../../src/datasets/readers/pickle/index.ts';
import { errorOf } from '../run/disk.ts';
import { type Part, bytesOf, imageBytes, images, pickle, pickledArray, pickledBatch } from './cifar-fixtures.ts';

const read = (...parts: readonly Part[]) => readPickle('file', bytesOf(...parts));
const refusal = (...parts: readonly Part[]) => String(errorOf(() => read(...parts)));

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/pickles.json'), 'utf8')) as Readonly<
  Record<string, string>
>;

describe('pickles', () => {
  // golden/make-pickles.py
  it.each(Object.entries(golden))('of Python 3: %s', (name, base64) => {
    const batch = readPickle(name, new Uint8Array(Buffer.from(base64, 'base64'))) as Map<string, unknown>;
    const data = batch.get('data') as PickledArray;
    expect(data).toMatchObject({ type: { kind: 'u', bytes: 1 }, shape: [2, 3072] });
    expect(data.data).toEqual(Uint8Array.from({ length: 6144 }, (_, i) => i % 251));
    const labels = batch.get('labels');
    if (name.endsWith('lists')) {
      expect(labels).toEqual([3, 7]);
      expect(batch.get('batch_label')).toBe('training batch 1 of 5');
    } else {
      expect(labels).toMatchObject({ type: { descr: '<i8' }, shape: [2] });
      expect((labels as PickledArray).data).toEqual(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0));
    }
  });

  it('of Python 2, as CIFAR has them', () => {
    const two = images(0, 2);
    const batch = readPickle('file', pickledBatch(two)) as Map<string, unknown>;
    expect([...batch.keys()]).toEqual(['batch_label', 'labels', 'data']);
    expect(batch.get('labels')).toEqual([1, 4]);
    const array = batch.get('data') as PickledArray;
    expect(array).toMatchObject({ type: { kind: 'u', bytes: 1 }, shape: [2, imageBytes] });
    expect(array.data).toEqual(two.planar);
  });

  it('of numbers, texts and nothing', () => {
    expect(read('\x80\x02(NKaM\x01\x01J\xfe\xff\xff\xff\x8a\x02\x00\x80\x88\x89G?\xe0\0\0\0\0\0\0t.')).toEqual([
      ...[null, 97, 257, -2, -32768, true, false, 0.5],
    ]);
  });
});

describe('a pickle that asks for more than data', () => {
  it('is refused by the name that it asks for', () => {
    expect(
      [
        ['\x80\x02cos\nsystem\nU\x0brm -rf /tmp\x85R.'],
        ['\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.'],
        ['\x80\x02cnumpy.core.multiarray\nscalar\n.'],
        ['\x80\x02c__builtin__\ngetattr\n.'],
        ['\x80\x02cconstructor\nprototype\n.'],
      ].map((parts) => refusal(...parts)),
    ).toMatchInlineSnapshot(`
      [
        "DataError: file is no pickle of plain data: got the name "os.system" of Python, expected data and NumPy arrays, of which nothing is called. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got the name "builtins.eval" of Python, expected data and NumPy arrays, of which nothing is called. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got the name "numpy.core.multiarray.scalar" of Python, expected data and NumPy arrays, of which nothing is called. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got the name "__builtin__.getattr" of Python, expected data and NumPy arrays, of which nothing is called. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got the name "constructor.prototype" of Python, expected data and NumPy arrays, of which nothing is called. Do not open it with Python unless you know where it comes from",
      ]
    `);
  });

  it('is refused by its instruction: instances, persistent ids, extensions, reductions of what is no function', () => {
    expect(
      [
        ['\x80\x02(ios\nsystem\n.'],
        ['\x80\x02(cnumpy\nndarray\no.'],
        ['\x80\x02cnumpy\nndarray\n)\x81.'],
        ['\x80\x02N\x51.'],
        ['\x80\x02\x82\x01.'],
        ['\x80\x02cnumpy\nndarray\n)R.'],
        ['\x80\x02]}b.'],
      ].map((parts) => refusal(...parts)),
    ).toMatchInlineSnapshot(`
      [
        "DataError: file is no pickle of plain data: got instruction 0x69 at byte 3, expected numbers, texts, lists, tuples, dictionaries and NumPy arrays. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got instruction 0x6f at byte 18, expected numbers, texts, lists, tuples, dictionaries and NumPy arrays. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got instruction 0x81 at byte 18, expected numbers, texts, lists, tuples, dictionaries and NumPy arrays. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got instruction 0x51 at byte 3, expected numbers, texts, lists, tuples, dictionaries and NumPy arrays. Do not open it with Python unless you know where it comes from",
        "DataError: file is no pickle of plain data: got instruction 0x82 at byte 2, expected numbers, texts, lists, tuples, dictionaries and NumPy arrays. Do not open it with Python unless you know where it comes from",
        "DataError: file is damaged: got a call of what is no function, before byte 19 of 20. Fetch or copy it again",
        "DataError: file is damaged: got a state that is no tuple, before byte 5 of 6. Fetch or copy it again",
      ]
    `);
  });
});

describe('a pickle that is damaged', () => {
  it('is refused in one line', () => {
    const whole = pickledBatch(images(0, 1));
    expect(
      [
        [''],
        ['(lp0\n.'],
        ['\x80\x06N.'],
        [whole.subarray(0, 2000)],
        ['\x80\x02'],
        ['\x80\x02]K\x01.'],
        ['\x80\x02h\x05.'],
        ['\x80\x02K\x01K\x02a.'],
        ['\x80\x02}]K\x01s.'],
        ['\x80\x02u.'],
        ['\x80\x02X\x01\0\0\0\xff.'],
        ['\x80\x02\x8a\x09123456789.'],
        ['\x80\x02c', 'x'.repeat(300), '\n'],
        [pickle({ data: pickledArray([2, imageBytes], new Uint8Array(imageBytes)) })],
      ].map((parts) => refusal(...parts)),
    ).toMatchInlineSnapshot(`
      [
        "DataError: file is no pickle that is read: got 0 bytes that start otherwise, expected a pickle of protocol 2 to 5. Check that it is the file of this data set, unpacked",
        "DataError: file is no pickle that is read: got 6 bytes that start otherwise, expected a pickle of protocol 2 to 5. Check that it is the file of this data set, unpacked",
        "DataError: file is no pickle that is read: got protocol 6, expected a pickle of protocol 2 to 5. Check that it is the file of this data set, unpacked",
        "DataError: file is truncated: got 2000 bytes, expected at least 3268. Fetch or copy it again",
        "DataError: file is truncated: got 2 bytes, expected at least 3. Fetch or copy it again",
        "DataError: file is damaged: got values left over at its end, before byte 6 of 6. Fetch or copy it again",
        "DataError: file is damaged: got a reference to value 5, which is not there, before byte 4 of 5. Fetch or copy it again",
        "DataError: file is damaged: got an element for what is no list, before byte 7 of 8. Fetch or copy it again",
        "DataError: file is damaged: got something else where a short text must be, before byte 7 of 8. Fetch or copy it again",
        "DataError: file is damaged: got an instruction without its mark, before byte 3 of 4. Fetch or copy it again",
        "DataError: file is damaged: got a text that is not UTF-8, before byte 8 of 9. Fetch or copy it again",
        "DataError: file is damaged: got an integer of 9 bytes, before byte 13 of 14. Fetch or copy it again",
        "DataError: file is damaged: got a name without an end, before byte 3 of 304. Fetch or copy it again",
        "DataError: file is damaged: got an array of 3072 bytes that should have 6144 (2x3072), before byte 3221 of 3223. Fetch or copy it again",
      ]
    `);
  });

  it('names the arrays that are not read', () => {
    const array = (dtype: string, order: string, fortran: string) =>
      bytesOf(
        '\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01K\x01\x85',
        `cnumpy\ndtype\nU\x02${dtype}K\0K\x01\x87R(K\x03U\x01${order}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb${fortran}U\x0812345678tb.`,
      );
    expect(refusal(array('O8', '|', '\x89'))).toMatchInlineSnapshot(
      `"DataError: an array of file has a data type that is not read: got '|O8', expected integers, reals up to 64 bits or truth values. Save it again after array.astype('float64')"`,
    );
    expect(read(array('i8', '>', '\x88'))).toMatchObject({ type: { descr: '>i8', isBig: true }, isFortran: true });
    expect(read(array('i8', '<', '\x89'))).toMatchObject({ type: { descr: '<i8' }, shape: [1], isFortran: false });
  });
});

describe('a pickle bomb', () => {
  it('of lists of lists of the same list stays as small as it is written', () => {
    // Walked through, 2^60 elements.
    const nested = read('\x80\x02]K\x01a', '2\x86'.repeat(60), '.');
    expect(nested).toHaveLength(2);
  });

  it('that declares more than it has allocates nothing', () => {
    expect(
      [
        ['\x80\x02T\xff\xff\xff\x7f.'],
        ['\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff.'],
        ['\x80\x02X\xff\xff\xff\xff.'],
      ].map((parts) => refusal(...parts)),
    ).toMatchInlineSnapshot(`
      [
        "DataError: file is truncated: got 8 bytes, expected at least 2147483654. Fetch or copy it again",
        "DataError: file is truncated: got 12 bytes, expected at least 18446744073709552000. Fetch or copy it again",
        "DataError: file is truncated: got 8 bytes, expected at least 4294967302. Fetch or copy it again",
      ]
    `);
  });

  it('that copies a text again and again is stopped', () => {
    const encode = 'h\x00h\x01U\x06latin1\x86R0';
    const bomb = ['\x80\x02c_codecs\nencode\nq\0X\x00\x10\0\0', 'x'.repeat(4096), 'q\x01', encode.repeat(1000), 'N.'];
    expect(refusal(...bomb)).toMatchInlineSnapshot(
      `"DataError: file is damaged: got the same text copied again and again, before byte 4197 of 19125. Fetch or copy it again"`,
    );
  });

  it('of endless instructions is stopped', () => {
    expect(refusal('\x80\x02', ']'.repeat(1_000_001))).toMatchInlineSnapshot(
      `"DataError: file is too long a pickle: got more than 1000000 instructions, expected a file of CIFAR, or one like it"`,
    );
  });
});
