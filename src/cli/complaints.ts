/** What commander complains of, in the form of our own errors. */
import type { Command, CommanderError } from 'commander';
import { UsageError, alternatives } from '../errors/index.ts';
import { display } from './configuration/display.ts';
import { suggestion } from '../errors/index.ts';

/** @param command the one that was named, else the program */
export function asUsageError({ code, message }: CommanderError, command: Command): UsageError {
  const line = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  const written = /'(.*?)'/s.exec(line)?.[1] ?? '';
  const name = written.replace(/[= ].*/s, '');
  const words = command.parent === null ? 'credence' : `credence ${command.name()}`;
  const help = `${words} --help tells more`;
  const known = command.commands.map((one) => one.name());
  switch (code) {
    case 'commander.unknownOption': {
      const flags = [command, command.parent]
        .flatMap((owner) => owner?.createHelp().visibleOptions(owner) ?? [])
        .map(({ long }) => long ?? '');
      return new UsageError(`unknown flag ${display(name)}`, { remedy: suggestion(name, flags) ?? help });
    }
    case 'commander.optionMissingArgument':
      return new UsageError(`${name} has no value`, { expected: written, remedy: help });
    case 'commander.excessArguments':
      return new UsageError('too many words', {
        got: display(command.args.join(' ')),
        expected: `${words} ${command.usage()}`,
      });
    case 'commander.missingArgument':
      return new UsageError(`${words}: ${written} is missing`, { expected: `${words} ${command.usage()}` });
    case 'commander.unknownCommand':
      return new UsageError(`unknown command ${display(written)}`, { remedy: suggestion(written, known) ?? help });
    case 'commander.help':
      return new UsageError('no command', { expected: alternatives(known), remedy: help });
    default:
      return new UsageError(line, { remedy: help });
  }
}
