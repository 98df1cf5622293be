import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertDrawing } from '../../src/report/index.ts';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
};

describe('packages that draw', () => {
  it('are here, where the tests draw', () => {
    expect(() => assertDrawing('a report', 'svg')).not.toThrow();
    expect(() => assertDrawing('--savePosterior figures', 'png')).not.toThrow();
  });

  it('are named with the command that installs those that are missing', () => {
    expect(() => assertDrawing('--savePosterior figures', 'png', () => false)).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: --savePosterior figures needs packages that draw, and they are not installed. Install them where credence is: npm install vega@6 vega-lite@6 @resvg/resvg-wasm@2 @fontsource/lato@5]`,
    );
    const hasVega = (file: string) => file !== 'vega-lite';
    expect(() => assertDrawing('a report', 'svg', hasVega)).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: a report needs packages that draw, and they are not installed. Install them where credence is: npm install vega-lite@6]`,
    );
  });

  it('are the optional peers of the package, in the versions that it is tested with', () => {
    const { peerDependencies, peerDependenciesMeta } = manifest;
    const majors = Object.entries(peerDependencies).map(([name, range]) => `${name}@${/^\^(\d+)/.exec(range)?.[1]}`);
    let told = '';
    try {
      assertDrawing('a picture', 'png', () => false);
    } catch (error) {
      told = String(error);
    }
    expect(told.split('npm install ')[1]?.split(' ').toSorted()).toEqual(majors.toSorted());
    expect(Object.keys(peerDependenciesMeta)).toEqual(Object.keys(peerDependencies));
    expect(Object.values(peerDependenciesMeta).every(({ optional }) => optional)).toBe(true);
  });
});
