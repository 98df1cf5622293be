/** What the library takes from the command line: the one place where the defaults of a run stand. */
export { defaults as defaultConfiguration } from './configuration/settings.ts';
