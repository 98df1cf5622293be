import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Under these names it is installed; `npm run setup -- chromium` asks for the same. */
const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser of this machine; null where it has none. */
export function findChromium(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
