import { printableLines } from '../errors/index.ts';

/** The part of `process` that commands see; a test hands in another. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * The same terminal, which shows what a name of a file or a line of another program would do to it: nothing but our own
 * progress moves a cursor.
 */
export function printing({ stdout, stderr }: Terminal): Terminal {
  return { stdout: printingOutput(stdout), stderr: printingOutput(stderr) };
}

function printingOutput(output: Output): Output {
  return {
    get isTTY() {
      return output.isTTY ?? false;
    },
    get columns() {
      return output.columns ?? 0;
    },
    write(text) {
      if (!output.isTTY) return output.write(printableLines(text));
      const before = ['\r\x1b[K', '\r'].find((own) => text.startsWith(own)) ?? '';
      const behind = text.length > before.length && text.endsWith('\x1b[K') ? '\x1b[K' : '';
      return output.write(before + printableLines(text.slice(before.length, text.length - behind.length)) + behind);
    },
    on: (event, listener) => output.on(event, listener),
  };
}

/**
 * A reader that goes away (`credence ... | head`) is no failure, and nothing to die of: the training goes on. Output that
 * is lost for another reason, a full disk, makes the command fail.
 */
export function guardStreams({ stdout, stderr }: Terminal): { exitCode(): number } {
  let lost: string | null = null;
  stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') return;
    if (lost === null) stderr.write(`credence: cannot write the output: got ${error.message}\n`);
    lost ??= error.message;
    // The stream may fail after the command has returned its code.
    process.exitCode = 1;
  });
  stderr.on('error', () => {});
  return { exitCode: () => (lost === null ? 0 : 1) };
}
