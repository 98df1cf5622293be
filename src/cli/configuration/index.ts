export { type Flag, flagOf, layerOfFlags, parseBoolean, settingFlags, settingOf } from './flags.ts';
export { type Layer, display, resolveConfiguration } from './layer.ts';
export { suggestion } from '../../errors/index.ts';
export { dataOfModel, presets } from './presets.ts';
export { renderConfiguration } from './render.ts';
export { type Setting, type SettingPath, defaults, settings, valueAt } from './settings.ts';
export { parseYaml, readText, readYamlFile } from './yaml-file.ts';
