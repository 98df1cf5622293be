import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { wasIgnored } from '../../src/launch/hangup.ts';

it.runIf(process.platform === 'linux')('is known of a parent that ignores it, and of nohup', async () => {
  const parent = spawn('bash', ['-c', 'trap "" HUP; echo ready; read line'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const other = spawn('bash', ['-c', 'echo ready; read line'], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    for (const { stdout } of [parent, other]) await new Promise((resolve) => stdout.once('data', resolve));
    expect(wasIgnored({}, { parent: parent.pid! })).toBe(true);
    expect(wasIgnored({}, { parent: other.pid! })).toBe(false);
    expect(wasIgnored({ _: '/usr/bin/nohup' }, { parent: other.pid! })).toBe(true);
    expect(wasIgnored({ _: '/usr/bin/node' }, { parent: other.pid! })).toBe(false);
  } finally {
    parent.kill();
    other.kill();
  }
});
