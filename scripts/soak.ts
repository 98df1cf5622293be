/**
 * What takes minutes and looks for faults: in kernels, and in what machines do to a run. Contract, kills, damaged folders, pauses.
 *
 * npm run test:soak [-- PART... --kills 50 --pauses 50 --seed INTEGER], behind npm run build; all parts unless some are named
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { folder } from '../test/cli/process.ts';
import { folders } from './soak/folders.ts';
import { kills } from './soak/kills.ts';
import { pauses } from './soak/pauses.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '50' },
    pauses: { type: 'string', default: '50' },
    seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
  },
});
const parts: Readonly<Record<string, () => Promise<void>>> = {
  contract: async () =>
    void execFileSync('npx', ['tsx', 'scripts/contract-soak.ts', '--seed', values.seed], { stdio: 'inherit' }),
  kills: () => kills({ seed: Number(values.seed), count: Number(values.kills) }),
  folders,
  pauses: () => pauses({ count: Number(values.pauses) }),
};
const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) throw new Error(`no part ${unknown}: ${Object.keys(parts).join(', ')}`);
console.log(`seed ${values.seed}; again with --seed ${values.seed}`);
for (const [name, run] of Object.entries(parts))
  if (positionals.length === 0 || positionals.includes(name)) await run();
rmSync(folder, { recursive: true });
