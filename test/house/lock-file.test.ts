import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Entry {
  integrity?: string;
  resolved?: string;
  version?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}

const house = join(import.meta.dirname, '../..');
const { packages } = JSON.parse(readFileSync(join(house, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

test('every package has a checksum and none the address of a registry', () => {
  expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

test('binaries for other platforms are locked too: npm 11 installs from no lock file that lacks them', () => {
  const missing = locked.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages))
      .map((name) => `${path} -> ${name}`),
  );
  expect(missing).toEqual([]);
});

test('no package that credence installs for its users needs an install script', () => {
  const scripts = locked.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript).map(([path]) => path);
  // koffi's compiles it where no binary comes as a package of its own; MPI is all that it is for.
  expect(scripts).toEqual(['node_modules/koffi']);
});

test('install scripts of the tools are judged: npm 11 asks about each that is not', () => {
  const { allowScripts } = JSON.parse(readFileSync(join(house, 'package.json'), 'utf8')) as { allowScripts: object };
  const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = scripts.map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(names.toSorted()).toEqual(Object.keys(allowScripts).toSorted());
});
