/** What a command is: one file of commands/, or a folder with its words in index.ts. */
import { type Command, Option } from 'commander';
import { UsageError } from '../errors/index.ts';
import type { Flag } from './configuration/flags.ts';
import type { Terminal } from './terminal.ts';

/** Every start loads all of these files: they import statically only what is light, and the rest where they need it. */
export interface CommandFile {
  readonly name: string;
  /** as the overview of all commands shows it: `[options] <RUN> <INPUT...>` */
  readonly synopsis: string;
  readonly about: string;
  /** Its words; called for the command that is named, and for no other. */
  declare(words: Words): void | Promise<void>;
  /** @returns the exit code */
  run(given: Given, terminal: Terminal): Promise<number>;
}

/** A command as it was typed. */
export interface Given {
  /** its arguments */
  readonly words: readonly string[];
  /** by the names that `declare` gave them; what was not written and has no default is not there */
  options<Options extends object>(): Options;
  /** those that are settings, ours and the original's, in the order in which they were written */
  readonly flags: readonly Flag[];
  /** behind the options of launch and submit: the command that the ranks get */
  readonly inner: readonly string[];
  readonly json: boolean;
  readonly verbose: boolean;
  /** another command line, for a command that hands one on */
  parse(words: readonly string[]): Promise<ParsedCommand | null>;
}

export interface ParsedCommand {
  readonly command: CommandFile;
  readonly given: Given;
}

/** A command as commander knows it, and the kinds of options that all commands share. */
export class Words {
  readonly command: Command;
  readonly #flags: Flag[];

  /** @param flags gets those that are settings */
  constructor(command: Command, flags: Flag[]) {
    this.command = command;
    this.#flags = flags;
  }

  /** What the help says of an argument of the synopsis. */
  argument(name: string, about: string, usual?: string): this {
    const argument = this.command.registeredArguments.find((known) => known.name() === name);
    if (argument === undefined) throw new RangeError(`the synopsis of ${this.command.name()} has no ${name}`);
    argument.description = about;
    if (usual !== undefined) argument.default(usual);
    return this;
  }

  /** An option that takes a value. */
  option(name: string, placeholder: string, about: string, usual?: string): this {
    this.command.addOption(valued(name, placeholder, about, (value) => value).default(usual));
    return this;
  }

  /** One that may be written several times; its value is the list of them. */
  list(name: string, placeholder: string, about: string): this {
    this.command.addOption(
      valued(name, placeholder, about, (value, before: readonly string[] = []) => [...before, value]),
    );
    return this;
  }

  /** The same, of words that may well begin with dashes: what a batch system or a launcher gets. */
  wordList(name: string, placeholder: string, about: string): this {
    const collect = (value: string, before: readonly string[] = []) => [...before, value];
    this.command.addOption(new Option(`--${name} <${placeholder}>`, about).argParser(collect));
    return this;
  }

  /** One that is a setting: kept with its place among the others, because of two for one setting the later counts. */
  setting(name: string, placeholder: string, about: string, { isHidden = false } = {}): this {
    const option = valued(name, placeholder, about, (value) => {
      this.#flags.push({ name, value, label: `--${name}` });
      return value;
    });
    this.command.addOption(option.hideHelp(isHidden));
    return this;
  }

  /** A setting that takes no value: `--name`, `--no-name`. */
  switch(name: string, about: string): this {
    this.command.addOption(new Option(`--${name}`, about)).addOption(new Option(`--no-${name}`).hideHelp());
    const keep = (value: string) => () => void this.#flags.push({ name, value, label: `--${name}` });
    this.command.on(`option:${name}`, keep('true')).on(`option:no-${name}`, keep('false'));
    return this;
  }
}

/** @throws UsageError, when it is parsed, for a flag without its value */
function valued<T>(name: string, placeholder: string, about: string, keep: (value: string, before?: T) => T): Option {
  return new Option(`--${name} <${placeholder}>`, about).argParser((value: string, before: T | undefined) => {
    if (value === '' && /^(DIR|FILE|RUN)$/.test(placeholder)) {
      throw new UsageError(`--${name} is empty`, {
        expected: `--${name} ${placeholder}`,
        remedy: 'Is a variable not set?',
      });
    }
    if (!value.startsWith('--')) return keep(value, before);
    throw new UsageError(`--${name} has no value`, { got: `the next flag, ${value}`, expected: `--${name} VALUE` });
  });
}
