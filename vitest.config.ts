import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: tests change the folder, the environment and signal handlers, and start workers.
    pool: 'forks',
    maxWorkers: '100%',
    watch: false,
    // Wide enough for two busy cores: a limit is there for what hangs, not for what is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
