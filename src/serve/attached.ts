/** The process of a training's live page (`attach.ts`): it ends when the training does, however that comes. */
import { constants, setPriority } from 'node:os';
import type { Answer, Attached } from './attach.ts';
import { openLivePage } from './live-page.ts';

// A terminal sends Ctrl-C to all of a command's processes, a batch system its warning: the training says when it is over.
const shared = process.platform === 'win32' ? (['SIGINT'] as const) : (['SIGINT', 'SIGHUP', 'SIGUSR2'] as const);
for (const signal of shared) process.on(signal, () => {});

const over = new Promise<void>((done) => process.once('disconnect', done));
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // a system that knows none
}
try {
  const { folder, port } = JSON.parse(process.argv[2] ?? '') as Attached;
  const page = await openLivePage(folder, port);
  answer({ address: page.address });
  await over;
  await page.finish();
} catch (error) {
  answer({ failure: (error as Error).message });
}
process.exit();

function answer(text: Answer): void {
  if (process.connected) process.send?.(text);
}
