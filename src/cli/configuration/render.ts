import type { RunConfiguration } from '../../train/index.ts';
import { settings, valueAt } from './settings.ts';

/** The text of a run folder's config.yaml: every setting with what it means. */
export function renderConfiguration(configuration: RunConfiguration): string {
  const lines = ['# Everything that decides what this run computes: credence train config.yaml does it again.'];
  let group = '';
  for (const { path, about } of settings) {
    const [parent, child] = path.split('.');
    if (child !== undefined && parent !== group) lines.push(`${parent}:`);
    group = child === undefined ? '' : parent;
    const setting = `${child === undefined ? parent : `  ${child}`}: ${scalar(valueAt(configuration, path))}`;
    lines.push(`${setting.padEnd(34)} # ${about}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Words stand bare; any other text, lists and mappings as JSON, which YAML 1.2 contains. */
function scalar(value: unknown): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  if (typeof value !== 'string') return String(value);
  const isWord = /^[A-Za-z][A-Za-z0-9_-]*$/.test(value) && !/^(null|true|false)$/i.test(value);
  return isWord ? value : JSON.stringify(value);
}
