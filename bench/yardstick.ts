/**
 * What this core gives a plain micro-kernel: 4 rows x 16 columns, both operands packed and in the first-level cache,
 * no packing, no edges. The engine's products are read as a ratio of it, because cores differ.
 */
import asc from 'assemblyscript/asc';

const rows = [0, 1, 2, 3];
const columns = [0, 1, 2, 3];
const each = (line: (row: number, column: number) => string): string =>
  rows.flatMap((row) => columns.map((column) => line(row, column))).join('\n');

const source = (fused: boolean): string => `
export function tile(a: usize, b: usize, c: usize, k: i32): void {
  ${each((row, column) => `let c${row}${column} = f32x4.splat(0);`)}
  do {
    ${columns.map((column) => `const w${column} = v128.load(b, ${16 * column});`).join('\n')}
    ${rows.map((row) => `const x${row} = v128.load32_splat(a, ${4 * row});`).join('\n')}
    ${each((row, column) => {
      const [c, x, w] = [`c${row}${column}`, `x${row}`, `w${column}`];
      return fused ? `${c} = f32x4.relaxed_madd(${x}, ${w}, ${c});` : `${c} = f32x4.add(${c}, f32x4.mul(${x}, ${w}));`;
    })}
    a += 16;
    b += 64;
  } while (--k);
  ${each((row, column) => `v128.store(c, c${row}${column}, ${64 * row + 16 * column});`)}
}
export function run(repetitions: i32, k: i32): void {
  do tile(1024, 1024 + 16 * k, 1024 + 80 * k, k); while (--repetitions);
}`;

/** A function that runs `flops` floating-point operations in 4 x 16 tiles of depth 256. */
export async function yardstick(build: 'base' | 'relaxed'): Promise<{ run: () => void; flops: number }> {
  const features = build === 'relaxed' ? ['simd', 'relaxed-simd'] : ['simd'];
  const { error, binary } = await asc.compileString(source(build === 'relaxed'), {
    optimizeLevel: 3,
    runtime: 'stub',
    enable: features,
    initialMemory: 2,
  });
  if (error || !binary) throw new Error('the yardstick does not compile', { cause: error });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(binary)));
  const repeat = exports['run'] as (repetitions: number, k: number) => void;
  return { run: () => repeat(64, 256), flops: 2 * 64 * 256 * 4 * 16 };
}
