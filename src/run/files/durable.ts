/** Writing so that a file is either wholly there after a crash, or not at all. */
import { systemCode } from '../../errors/index.ts';
import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';

export function writeAll(files: FileSystem, file: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.byteLength) {
    const written = files.writeSync(file, bytes, done, bytes.byteLength - done);
    if (written <= 0) throw new Error('the disk took no more bytes and gave no reason');
    done += written;
  }
}

/** Writes a new file and waits until it is on the disk. */
export function writeDurably(files: FileSystem, path: string, chunks: Iterable<Uint8Array>): void {
  const file = files.openSync(path, 'w');
  let failed = true;
  try {
    for (const chunk of chunks) writeAll(files, file, chunk);
    files.fsyncSync(file);
    failed = false;
  } finally {
    close(files, file, failed);
  }
}

/**
 * Makes a folder and its parents; one that is there already is fine. Node's own recursive mkdir never returns where the
 * system refuses a name with ENOENT (`/proc/x`), so it is asked about folders that exist only.
 */
export function makeFolders(files: FileSystem, path: string): void {
  if (!files.existsSync(path)) {
    const parent = dirname(path);
    // A drive that is not there (Windows) is its own parent.
    if (parent !== path && !files.existsSync(parent)) makeFolders(files, parent);
    try {
      files.mkdirSync(path, { recursive: false });
      return;
    } catch (error) {
      // Another process was quicker; anything else is a failure, also a link that leads nowhere.
      if (systemCode(error) !== 'EEXIST' || !files.existsSync(path)) throw error;
    }
  }
  files.mkdirSync(path, { recursive: true });
}

/** Waits until the folder's entries are on the disk. */
export function syncFolder(files: FileSystem, path: string): void {
  // Windows cannot open a folder as a file, and its renames are journalled.
  if (process.platform === 'win32') return;
  const folder = files.openSync(path, 'r');
  let failed = true;
  try {
    files.fsyncSync(folder);
    failed = false;
  } finally {
    close(files, folder, failed);
  }
}

/** Puts `text` in the place of the file's content; a reader sees the old content or the new one, nothing between. */
export function replaceFile(files: FileSystem, path: string, text: string | Iterable<Uint8Array>): void {
  const temporary = `${path}.new`;
  try {
    writeDurably(files, temporary, typeof text === 'string' ? [Buffer.from(text)] : text);
    files.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(files, temporary);
    throw error;
  }
  syncFolder(files, dirname(path));
}

/** For clearing up after a failure, which is the one to report. */
export function removeQuietly(files: FileSystem, path: string): void {
  try {
    files.rmSync(path, { recursive: true, force: true });
  } catch {
    // The next start removes it.
  }
}

/** A failing close is an error like any other (NFS reports a full disk there), unless one is on its way already. */
function close(files: FileSystem, file: number, failed: boolean): void {
  try {
    files.closeSync(file);
  } catch (error) {
    if (!failed) throw error;
  }
}
