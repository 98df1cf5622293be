import type { CommandFile } from '../command-file.ts';
import { portHelp } from './train.ts';

/** `credence watch RUN`: exit code 0 when a signal ends it. */
export const command: CommandFile = {
  name: 'watch',
  synopsis: '[options] <RUN>',
  about: 'Serve the page of credence report to browsers of this machine, and fill it as the run goes on.',

  declare(words) {
    words.command.usage('RUN [--port N]').addHelpText('after', how);
    words.argument('RUN', 'the folder of a run: one that is being trained, here or elsewhere, or has ended');
    words.option('port', 'N', portHelp);
  },

  async run({ words, json, options }, { stdout, stderr }) {
    const { portOf } = await import('../values.ts');
    const port = portOf(options<{ readonly port?: string }>().port);
    const { openLivePage } = await import('../../serve/index.ts');
    const page = await openLivePage(words[0]!, port);
    const { untilSignal } = await import('../stop.ts');
    const ended = untilSignal();
    stdout.write(
      json ? `${JSON.stringify({ run: words[0], address: page.address })}\n` : `live page: ${page.address}\n`,
    );
    if (stderr.isTTY) stderr.write('Ctrl-C ends it\n');
    await ended;
    await page.close();
    return 0;
  },
};

const how = `
The address holds a token, and is of this machine alone; from another one: ssh -L PORT:127.0.0.1:PORT HOST, and the same address
there. The page is drawn while a browser looks at it, and stays until Ctrl-C or SIGTERM, also after the run has ended.
credence train --watch serves the same page as long as the training lasts.`;
