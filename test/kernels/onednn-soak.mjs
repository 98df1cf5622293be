// A worker cannot be started from a .ts file on Node 20: this one registers tsx first.
import { register } from 'tsx/esm/api';

register();
await import('./onednn-soak.ts');
