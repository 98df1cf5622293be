import { statSync, readFileSync } from 'node:fs';
import { UsageError } from '../../errors/index.ts';
import { valuesWithHome } from '../home.ts';
import { display } from './display.ts';
import type { Layer } from './layer.ts';

const maximumBytes = 1 << 20;

/**
 * Reads a config.yaml.
 * @throws UsageError if it is missing, too large or not YAML: with line and column
 */
export async function readYamlFile(path: string): Promise<Layer> {
  return parseYaml(readText(path, 'configuration file'), path);
}

/**
 * The text of a small file that the user named.
 * @param what it is called in messages
 * @throws UsageError if it cannot be read or is too large to be what it should be
 */
export function readText(path: string, what: string): string {
  let bytes: Buffer;
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new UsageError(`${display(path, 300)} is no ${what}`, { expected: 'a file' });
    if (status.size > maximumBytes) {
      throw new UsageError(`${display(path, 300)} is too large for a ${what}`, {
        got: `${status.size} bytes`,
        expected: `at most ${maximumBytes}`,
      });
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) throw new UsageError(`${what} ${display(path, 300)} does not exist`, { remedy: 'Check the path' });
    const got = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read ${what} ${display(path, 300)}`, { got: display(got, 200), cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`${display(path, 300)} is no ${what}`, {
      got: 'bytes that are not UTF-8',
      expected: 'text',
      cause,
    });
  }
}

/** @throws UsageError if the text is not a mapping in YAML: with line and column */
export async function parseYaml(text: string, name: string): Promise<Layer> {
  const { LineCounter, isNode, isScalar, parseDocument, visit } = await import('yaml');
  const lines = new LineCounter();
  const refuse = (message: string, offset: number, cause?: unknown): never => {
    const { line, col } = lines.linePos(offset);
    throw new UsageError(`${name}, line ${line}, column ${col}: ${display(message, 200)}`, {
      remedy: 'Correct the file',
      cause,
    });
  };
  let values: unknown;
  let document: ReturnType<typeof parseDocument>;
  try {
    // Without prettyErrors a message is one line, and its position a plain offset.
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) {
      const isSeveral = problem.code === 'MULTIPLE_DOCS';
      refuse(isSeveral ? 'a second document begins, where one was expected' : problem.message, problem.pos[0], problem);
    }
    // The library compares each key with each; a set does it in time that grows with the file.
    visit(document, {
      Map(_, { items }) {
        const seen = new Set<unknown>();
        for (const { key } of items) {
          if (!isScalar(key)) continue;
          if (seen.has(key.value)) refuse('Map keys must be unique', key.range?.[0] ?? 0);
          seen.add(key.value);
        }
      },
    });
    // Aliases of aliases grow without bound (a billion laughs); ten are more than a configuration needs.
    values = valuesWithHome(document.toJS({ maxAliasCount: 10 }));
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    // A RangeError is the stack's end; the library throws plain Errors for what it will not follow.
    const told = cause instanceof Error ? cause.message : String(cause);
    const got = cause instanceof RangeError ? 'collections nested too deeply' : display(told, 200);
    throw new UsageError(`cannot read ${name}`, { got, remedy: 'Correct the file', cause });
  }
  // An empty file, or one of comments only, says nothing.
  values ??= {};
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new UsageError(`cannot read ${name}`, {
      got: display(values),
      expected: 'a mapping, such as "model: BNN_FC_flip"',
    });
  }
  const label = (path: readonly PropertyKey[]): string => {
    const key = path.map((part) => display(part)).join('.');
    const node = document.getIn(path, true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? `${name}: ${key}` : `${name}, line ${lines.linePos(offset).line}: ${key}`;
  };
  return { values, label };
}
