import type { LibraryHandle } from 'koffi';

/** Signatures of kernels.c: pointers, whole numbers and floats, in order. */
const signatures = {
  exp: 'ppn',
  log: 'ppn',
  softplusScale: 'pppnf',
  normalKlBackward: 'pppppnff',
  adam: 'pppppnpfff',
  normalNoise: 'pnnuuup',
  signNoise: 'pnnuup',
  matmul: 'pppnnnnnpnp',
  formBlocked: 'ppppnnpp',
  foldBlocked: 'ppppnnppn',
  formPaired: 'ppppnnnpp',
  narrow: 'ppn',
  poolWindows: 'pppnnnuuuuun',
  unpoolWindows: 'ppppnnnuuuuunp',
  rectifyGradient: 'pppnnp',
} as const;

const types: Readonly<Record<string, string>> = { p: 'uintptr_t', n: 'int32_t', u: 'uint32_t', f: 'float' };

export type NativeName = keyof typeof signatures;

/** With addresses for pointers. */
export type NativeFunctions = Readonly<Record<NativeName, (...operands: number[]) => void>>;

/** @throws Error where one is missing */
export function bindFunctions(library: LibraryHandle, level: string): NativeFunctions {
  const bound = Object.entries(signatures).map(([name, signature]) => {
    const parameters = Array.from(signature, (letter) => types[letter]!);
    return [name, library.func(`${name}_${level}`, 'void', parameters)];
  });
  return Object.fromEntries(bound) as NativeFunctions;
}
