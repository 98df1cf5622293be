// %% [markdown]
// # 07 Your own table
//
// From a CSV file to predictions with intervals, by the commands that you would type; then the question that decides whether they are
// worth anything: do 90 % of the true values lie within the intervals of 90 %, and for whom?
//
// **Needs** notebook 04. Eight minutes; about half a minute of computing. How to run it stands at the head of 01; without Jupyter:
// `npx tsx tutorial/07-your-own-table.ts`.

// %%
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normals, uniforms } from 'credence';
import { coverageFigure, predictedFigure } from 'credence/node';
import { claim, credence, scratch, show } from './tools.ts';

// %% [markdown]
// ## A table
//
// Any table will do: put the path of yours into the commands below. This one is made up, so that we know what is true: parcels, how
// far they went, how heavy they were, by which carrier, and after how many hours they arrived. The carriers are not equally
// punctual: their delays have standard deviations of 1, 3 and 6 hours, which nobody tells the network.

// %%
const folder = scratch();
const carriers = [
  { name: 'rail', speed: 90, delay: 1 },
  { name: 'road', speed: 60, delay: 3 },
  { name: 'air', speed: 400, delay: 6 },
];
function parcels(file: string, count: number, seed: number) {
  const [chance, late] = [uniforms(3 * count, seed), normals(count, seed)];
  const rows = Array.from({ length: count }, (_, n) => {
    const [distance, weight] = [100 + 900 * chance[3 * n], 30 * chance[3 * n + 1]];
    const { name, speed, delay } = carriers[Math.floor(3 * chance[3 * n + 2])];
    const hours = 24 + distance / speed + 0.2 * weight + delay * late[n];
    return { distance, weight, name, hours };
  });
  const lines = rows.map(
    (row) => `${row.distance.toFixed(0)},${row.weight.toFixed(1)},${row.name},${row.hours.toFixed(2)}`,
  );
  writeFileSync(join(folder, file), ['distance,weight,carrier,hours', ...lines, ''].join('\n'));
  return rows;
}
parcels('parcels.csv', 2000, 1);
const tested = parcels('new.csv', 1000, 2);
console.log(readFileSync(join(folder, 'parcels.csv'), 'utf8').split('\n').slice(0, 4).join('\n'));

// %% [markdown]
// ## One command
//
// In a terminal this is `npx credence train parcels.csv --target hours …`. Numbers are standardised, the texts of `carrier` become one
// indicator each, and what is predicted comes back in hours. The test set is a file of its own; by itself it would be a tenth
// of the rows. The network has one hidden layer of 50, all of its weights with a posterior (`BNN_table`).

// %%
const common = ['--data.test', 'new.csv', '--iteration', '3000', '--learningRate', '0.01'];
const how = [...common, '--learningRateDecay', 'cosine', '--seed', '1', '--json'];
function train(...words: string[]) {
  const { code, stdout, stderr } = credence(folder, 'train', ...words, ...how);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<'rmse' | 'nll' | 'coverage50' | 'coverage90' | 'width90', number>;
}
const first = train('parcels.csv', '--target', 'hours', '--out', 'runs/plain');
console.log(`RMSE ${first.rmse.toFixed(2)} hours, NLL ${first.nll.toFixed(2)} nats per parcel`);
console.log(
  `90 % intervals: ${first.width90.toFixed(1)} hours wide, and hold ${(100 * first.coverage90).toFixed(1)} %`,
);

// %% [markdown]
// What one would get without learning anything: the spread of the hours. What no network can beat: the delays themselves, of which the
// mean square is $(1 + 9 + 36) / 3$.

// %%
const meanHours = tested.reduce((sum, { hours }) => sum + hours, 0) / tested.length;
const spread = Math.sqrt(
  tested.reduce((sum, { hours }) => sum + (hours - meanHours) ** 2, 0) / tested.length,
);
const least = Math.sqrt((1 + 9 + 36) / 3);
console.log(`without a network ${spread.toFixed(2)}, at best ${least.toFixed(2)}`);
// the RMSE of 1,000 parcels is known to about 4 %
claim('the network is as good as possible, within 10 %', first.rmse < 1.1 * least);

// %% [markdown]
// ## Predictions for other rows
//
// `npx credence predict runs/plain new.csv --draws 100 --out predictions.csv` writes a line per row: mean, standard deviation and its two
// parts, and the quantiles of 5, 50 and 95 %.

// %%
type Column = 'mean' | 'standardDeviation' | 'aleatoric' | 'epistemic' | 'q05' | 'q50' | 'q95';
function predictions(run: string): Record<Column, number>[] {
  const { code, stderr } = credence(folder, 'predict', run, 'new.csv', '--draws', '100', '--out', 'p.csv');
  if (code !== 0) throw new Error(stderr);
  const [names, ...lines] = readFileSync(join(folder, 'p.csv'), 'utf8').trim().split(/\r?\n/);
  const columns = names.split(',') as Column[];
  const rows = lines.map((line) => line.split(',').map(Number));
  return rows.map(
    (row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])) as Record<Column, number>,
  );
}
const plain = predictions('runs/plain');
for (const [n, { mean, q05, q95 }] of plain.slice(0, 3).entries()) {
  console.log(
    `${tested[n].name}: ${mean.toFixed(1)} hours, 90 % from ${q05.toFixed(1)} to ${q95.toFixed(1)}`,
  );
}

// %%
const column = (rows: typeof plain, name: Column) => rows.slice(0, 150).map((row) => row[name]);
function picture(rows: typeof plain) {
  const target = tested.slice(0, 150).map(({ hours }) => hours);
  const [mean, q05, q95] = [column(rows, 'mean'), column(rows, 'q05'), column(rows, 'q95')];
  return predictedFigure({ name: 'hours', target, mean, q05, q95 });
}
await show('Predicted against true hours of 150 parcels, with intervals of 90 %', await picture(plain));

// %% [markdown]
// ## Is 90 % ninety percent?
//
// Over all parcels, nearly. But look at each carrier by itself. All intervals have the same width, for the noise is *one* learned
// number: far too wide for the railway, too narrow for aeroplanes. On average that is right, and for every customer wrong.

// %%
function coverage(rows: typeof plain): Record<string, number> {
  const held = rows.map(({ q05, q95 }, n) => tested[n].hours >= q05 && tested[n].hours <= q95);
  const shares = carriers.map(({ name }) => {
    const own = held.filter((_, n) => tested[n].name === name);
    return [name, own.filter(Boolean).length / own.length] as const;
  });
  return Object.fromEntries(shares);
}
const byCarrier = coverage(plain);
for (const [name, share] of Object.entries(byCarrier))
  console.log(`${name.padEnd(5)} ${(100 * share).toFixed(1)} %`);
claim('rail: nearly all', byCarrier['rail'] > 0.98);
claim('air: below 85 %', byCarrier['air'] < 0.85);

// %% [markdown]
// ## A network that knows how noisy each row is
//
// A file describes another network: two outputs, of which the second is the noise of the row (`noise: predicted`).

// %%
const description = `data: {path: parcels.csv, target: hours}
model:
  layers:
    - denseFlipout: {units: 50, activation: relu, bias: normal}
    - denseFlipout: {units: 2, bias: normal}
  likelihood: {normal: {noise: predicted}}
`;
writeFileSync(join(folder, 'noise.yaml'), description);
const second = train('noise.yaml', '--out', 'runs/noise');
console.log(`NLL ${second.nll.toFixed(2)} nats per parcel, before ${first.nll.toFixed(2)}`);
const better = predictions('runs/noise');
const nowByCarrier = coverage(better);
for (const [name, share] of Object.entries(nowByCarrier))
  console.log(`${name.padEnd(5)} ${(100 * share).toFixed(1)} %`);
// four standard errors of a share of a third of 1,000 rows are 6.6 %
const isHonest = (share: number) => Math.abs(share - 0.9) < 0.066;
claim(
  'every carrier: 90 %, as well as a third of 1,000 rows can show',
  Object.values(nowByCarrier).every(isHonest),
);
claim('and the likelihood of the true hours is higher', second.nll < first.nll - 0.1);

// %% [markdown]
// The same for all levels at once is in the run folder, where `credence report` finds it: shares within the central interval of each
// level, and the residuals over the predicted deviation, which should look like a standard normal. A curve
// above the diagonal is on the careful side.

// %%
const step = JSON.parse(readFileSync(join(folder, 'runs/noise/evaluations/step-3000.json'), 'utf8'));
const [{ coverage: shares, target, mean, standardDeviation }] = step.targets;
const standardised = target.map((own: number, n: number) => (own - mean[n]) / standardDeviation[n]);
const { count, levels } = step as { count: number; levels: number[] };
await show(
  'Coverage at 19 levels, and standardised residuals',
  await coverageFigure({ count, levels, coverage: shares, standardised }),
);

// %% [markdown]
// And what the intervals now look like, against the true delays:

// %%
const ofCarrier = (name: string) => better.filter((_, n) => tested[n].name === name);
for (const { name, delay } of carriers) {
  const own = ofCarrier(name);
  const noise = own.reduce((sum, { aleatoric }) => sum + aleatoric, 0) / own.length;
  const weights = own.reduce((sum, { epistemic }) => sum + epistemic, 0) / own.length;
  console.log(
    `${name.padEnd(5)} noise ${noise.toFixed(2)} hours, true ${delay}; of the weights ${weights.toFixed(2)}`,
  );
  claim(`${name}: the predicted noise is the true one, within 25 %`, Math.abs(noise / delay - 1) < 0.25);
}
await show('The same 150 parcels, with intervals of their own width', await picture(better));

// %% [markdown]
// ## Rows that are not as they should be
//
// A cell that is missing, a carrier that was never seen: the command says what it found, where, and what to do.

// %%
writeFileSync(join(folder, 'odd.csv'), 'distance,weight,carrier\n500,,rail\n');
const missing = credence(folder, 'predict', 'runs/noise', 'odd.csv');
console.log(missing.stderr.trim());
writeFileSync(join(folder, 'odd.csv'), 'distance,weight,carrier\n500,5,pigeon\n');
const unknown = credence(folder, 'predict', 'runs/noise', 'odd.csv');
console.log(unknown.stderr.trim());
claim(
  'a missing cell ends the prediction with a message',
  missing.code !== 0 && missing.stderr.includes('weight'),
);

// %% [markdown]
// ## Exercises
//
// 1. Train with 100 parcels instead of 2,000. Which part of the uncertainty grows?
// 2. Predict a parcel that goes 5,000 km. What do mean and epistemic part say, and which of them do you believe?
// 3. Where does `noise: predicted` stop being enough? Think of delays that are nearly always small, and sometimes a week.

// %% [markdown] answer
// **1.** The epistemic one, for what is not known of the weights shrinks with the number of rows; the noise of the carriers is what
// it is. (With so few rows, its *estimate* becomes rough.)

// %% [markdown] answer
// **2.** The mean goes on in the direction in which it went at 1,000 km; the epistemic part grows, as the next cell shows. Believe the
// second: it says "I have not been there".

// %% answer
writeFileSync(join(folder, 'far.csv'), 'distance,weight,carrier\n500,5,rail\n5000,5,rail\n');
credence(folder, 'predict', 'runs/noise', 'far.csv', '--out', 'far-predictions.json');
const far = JSON.parse(readFileSync(join(folder, 'far-predictions.json'), 'utf8'));
const epistemic = far.predictions.map((row: Record<string, number>) => row['epistemic']);
claim('at 5,000 km the epistemic part is more than 3 times that at 500 km', epistemic[1] > 3 * epistemic[0]);

// %% [markdown] answer
// **3.** A normal distribution with another width for each row is still a normal distribution. For a heavy tail, say
// `likelihood: {studentT: {noise: predicted, degrees: 4}}` (Lange et al. 1989): a few wild rows then do not widen the intervals of all.

// %% [markdown]
// ## References
//
// * [docs/own-data.md](../docs/own-data.md): files, targets, splits, missing cells; [docs/reading-uncertainty.md](../docs/reading-uncertainty.md).
// * J. Hernandez-Lobato and R. Adams, *Probabilistic Backpropagation*, 2015, arXiv 1502.05336: the network with 50 hidden units.
// * D. Nix and A. Weigend, *Estimating the mean and variance of the target probability distribution*, 1994.
// * K. Lange, R. Little and J. Taylor, *Robust statistical modeling using the t distribution*, 1989.
