import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** What a figure was measured on, and when. */
export interface MeasuredMachine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** of those that kernels are chosen by; empty where the system does not tell */
  readonly instructionSets: readonly string[];
  readonly node: string;
  readonly date: string;
}

const known = ['sse4_2', 'avx2', 'fma', 'avx512f', 'avx512_bf16', 'amx_bf16', 'asimd', 'bf16', 'sve'];

export function describeMachine(): MeasuredMachine {
  const processors = cpus();
  const flags = flagsOfCpu();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    instructionSets: known.filter((flag) => flags.has(flag)),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

function flagsOfCpu(): Set<string> {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    return new Set(line.split(' '));
  } catch {
    return new Set();
  }
}
