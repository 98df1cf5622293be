// Preloaded into a measured process: writes its peak resident memory, in bytes, where BENCH_PEAK_FILE says.
import { writeFileSync } from 'node:fs';

const file = process.env.BENCH_PEAK_FILE;
if (file) process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)));
