import { wordsAlone } from '../launchers.ts';
import { minutesOf } from './duration.ts';
import { type BatchJob, ranksOf } from './job.ts';
import { quote, quoteAll } from '../../errors/index.ts';
import { assertPlain, assertProgram } from '../plain.ts';

export interface BalsamJobs {
  /** name of the Balsam site */
  readonly site: string;
  /** what the jobs have in common: a tag of theirs, and of the batch job that runs them */
  readonly tag: string;
  /** one per number of nodes, alike but for that; none is without its run folder */
  readonly jobs: readonly BatchJob[];
}

/**
 * A Python program that makes an app of credence and a job for each number of nodes by the API of Balsam (0.7), and prints
 * the line that submits them. What starts the ranks is the site's own choice, by the layout that a job has; each rank
 * begins in a shell, so that the words of the command reach it as they are. A job whose time was up goes on from its
 * last checkpoint.
 */
export function renderBalsam({ site, tag, jobs }: BalsamJobs): string {
  const [{ setup, queue, account }] = jobs;
  const nodes = Math.max(...jobs.map(({ layout }) => layout.nodes));
  const minutes = minutesOf(Math.max(...jobs.map(({ seconds }) => seconds)));
  const submit = [
    ...['balsam', 'queue', 'submit', '-n', `${nodes}`, '-t', `${minutes}`],
    ...['-q', queue ?? 'QUEUE', '-A', account ?? 'PROJECT', '-j', 'mpi', '-tag', `sweep=${tag}`],
  ];
  const preamble = setup.map((line) => `            ${python(line.replaceAll('\t', ' '))},\n`).join('');
  return `from balsam.api import ApplicationDefinition


class Credence(ApplicationDefinition):
    """Bayesian neural networks by variational inference."""

    site = ${python(site)}
    command_template = "/bin/sh -c {{ line }}"

    def shell_preamble(self):
        return [
${preamble}        ]

    def handle_timeout(self):
        import os

        if os.path.exists(self.job.data["run"] + "/config.yaml"):
            self.job.set_parameters({"line": self.job.data["again"]})
        self.job.state = "RESTART_READY"


Credence.sync()
${jobs.map((job) => renderJob(job, tag)).join('\n')}
print("Run them, in the folder of the site, by:")
print(${python(quoteAll(submit))})
`;
}

function renderJob({ name, layout, cwd, seconds, program, command, run }: BatchJob, tag: string): string {
  assertProgram(program[0], '--program');
  const line = (words: readonly string[]): string =>
    `cd ${quote(cwd)} && exec ${quoteAll([...program, ...words, ...wordsAlone(ranksOf(layout))])}`;
  return `Credence.submit(
    workdir=${python(`${tag}/${name}`)},
    tags={"sweep": ${python(tag)}},
    num_nodes=${layout.nodes},
    ranks_per_node=${layout.ranksPerNode},
    threads_per_rank=${layout.threadsPerRank},
    threads_per_core=${layout.threadsPerCore},
    launch_params={"cpu_affinity": "depth", "cpu_bind": "depth"},
    wall_time_min=${minutesOf(seconds)},
    line=${python(line(command))},
    data={"run": ${python(run ?? '')}, "again": ${python(line(['train', '--resume', run ?? '']))}},
)`;
}

/** A text as Python reads it: JSON's escapes are Python's too. */
function python(text: string): string {
  return JSON.stringify(assertPlain(text, 'what goes into the program for Balsam'));
}
