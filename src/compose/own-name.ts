/** What `import ... from 'credence'` means in a module of a user's own: the copy that runs it, where there is no other. */
import { createRequire, register } from 'node:module';
import { resolve } from 'node:path';

/** The entries of this package, by their names in an import. */
const entries = {
  credence: new URL('../index.js', import.meta.url).href,
  'credence/node': new URL('../node.js', import.meta.url).href,
};

/** A loader's hook, in a module of its own as Node wants it: these names, and everything else as before. */
const hook = `
  const entries = ${JSON.stringify(entries)};
  export function resolve(specifier, context, next) {
    return Object.hasOwn(entries, specifier) ? { url: entries[specifier], shortCircuit: true } : next(specifier, context);
  }
`;

let isKnown = false;

/**
 * A command that is installed for all folders has no package beside the module that it is given: its name would mean
 * nothing there. Where a package of that name can be found from the module, that is the one, as ever in Node.
 */
export function makeNameKnown(module: string): void {
  if (isKnown || canResolve(module) || !import.meta.url.endsWith('.js')) return;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
  isKnown = true;
}

function canResolve(module: string): boolean {
  try {
    createRequire(resolve(module)).resolve('credence');
    return true;
  } catch {
    return false;
  }
}
