import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What `npm run setup` made; a PYTHON of one's own comes first. */
const python = join(import.meta.dirname, '.cache/tensorboard/bin/python');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/equality.ts'],
    // Processes, not threads: tests change the folder, the environment and signal handlers, and start workers.
    pool: 'forks',
    // one more than there are cores: many tests wait, for launchers, batch systems and deadlines
    maxWorkers: availableParallelism() + 1,
    watch: false,
    env: !process.env.PYTHON && existsSync(python) ? { PYTHON: python } : {},
    // Wide enough for two busy cores: a limit is there for what hangs, not for what is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
