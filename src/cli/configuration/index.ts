export { display, parseBoolean } from './display.ts';
export { type Flag, flagOf, layerOfFlags, settingFlags, settingOf } from './flags.ts';
export { type Layer, resolveConfiguration } from './layer.ts';
export { suggestion } from '../../errors/index.ts';
export { presets, settingsOfModel } from './presets.ts';
export { renderConfiguration } from './render.ts';
export { type SettingPath, type SettingRow, settings, valueAt } from './settings.ts';
export { parseYaml, readText, readYamlFile } from './yaml-file.ts';
