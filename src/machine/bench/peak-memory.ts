/** Preloaded into a measured process: leaves its peak resident memory, in bytes, in the folder that its address names. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const folder = new URL(import.meta.url).searchParams.get('folder');
if (folder && isMainThread) {
  process.on('exit', () => {
    // libuv has it in KiB on every system.
    writeFileSync(join(folder, `peak-${process.pid}`), String(process.resourceUsage().maxRSS * 1024));
  });
}
