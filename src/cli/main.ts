#!/usr/bin/env node
/** The executable. Everything else is imported once it is known to be wanted: start-up time is a feature. */
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`credence: got Node ${process.versions.node}, expected 20.19 or later. Install a newer Node\n`);
  process.exitCode = 1;
} else {
  // From Node 22.8 on: compiled code is kept between starts.
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  const { run } = await import('./run.ts');
  process.exitCode = await run(process.argv.slice(2));
}
