import { expect, it } from 'vitest';
import { cacheFolder } from '../../src/datasets/sources/cache.ts';

it('follows CREDENCE_CACHE, then XDG_CACHE_HOME, then the custom of the platform', () => {
  const home = '/home/ada';
  expect(cacheFolder({ CREDENCE_CACHE: 'here', XDG_CACHE_HOME: '/xdg' }, 'linux', home)).toBe('here');
  expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' }, 'darwin', home)).toBe('/xdg/credence');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', home)).toBe('/home/ada/.cache/credence');
  expect(cacheFolder({ CREDENCE_CACHE: '' }, 'linux', home)).toBe('/home/ada/.cache/credence');
  expect(cacheFolder({}, 'darwin', home)).toBe('/home/ada/Library/Caches/credence');
  expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32', home)).toBe('/local/credence');
  expect(cacheFolder({}, 'win32', home)).toBe('/home/ada/.cache/credence');
});
