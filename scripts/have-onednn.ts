/** Exit code 0 where the engine onednn would find its library: what `npm run setup` asks. */
import { loadOnednn } from '../src/kernels/onednn/index.ts';

try {
  await loadOnednn(process.env);
} catch {
  process.exitCode = 1;
}
