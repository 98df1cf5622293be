import { expect, it } from 'vitest';
import { cacheFolder } from '../../src/datasets/sources/cache.ts';

it('follows CREDENCE_CACHE, then XDG_CACHE_HOME, then the custom of the platform', () => {
  const home = () => '/home/ada';
  expect(cacheFolder({ CREDENCE_CACHE: 'here', XDG_CACHE_HOME: '/xdg' }, 'linux', home)).toBe('here');
  expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' }, 'darwin', home)).toBe('/xdg/credence');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', home)).toBe('/home/ada/.cache/credence');
  expect(cacheFolder({ CREDENCE_CACHE: '' }, 'linux', home)).toBe('/home/ada/.cache/credence');
  expect(cacheFolder({}, 'darwin', home)).toBe('/home/ada/Library/Caches/credence');
  expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32', home)).toBe('/local/credence');
  expect(cacheFolder({}, 'win32', home)).toBe('/home/ada/.cache/credence');
});

it('needs no home where a folder is set, and says what to set where there is none', () => {
  const nobody = () => {
    throw new Error('ENOENT: no such user');
  };
  expect(cacheFolder({ CREDENCE_CACHE: 'here' }, 'linux', nobody)).toBe('here');
  for (const home of [nobody, () => ''])
    expect(() => cacheFolder({}, 'linux', home)).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: there is no folder for what is fetched: got no home folder: HOME is not set. Set CREDENCE_CACHE to a folder that may be written]`,
    );
});
