import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataInfo } from '../../src/compose/info.ts';
import { modelOfModule, moduleSha256 } from '../../src/compose/module.ts';
import { resolveModel } from '../../src/compose/resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-modules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const info: DataInfo = {
  input: { shape: [3], dtype: 'f32' },
  targets: { kind: 'reals', names: ['y'] },
  units: { shift: [1], scale: [2] },
  schema: null,
};

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What is said of a module, its folder left out. */
async function refusal(name: string, text: string): Promise<string> {
  try {
    await resolveModel(written(name, text), info);
  } catch (error) {
    return (error as Error).message.replaceAll(folder, '');
  }
  throw new Error('the module was taken');
}

const likelihood = `{
  kind: 'mine', outputs: 1, target: { dtype: 'f32', width: 1 }, stepFigure: {}, figures: [],
  loss() {}, predict: (outputs) => [outputs], gather() {}, quality() {},
}`;
const network = `{ kind: 'first', build: (x, { graph }) => graph.apply('sliceLast', [x], { begin: 0, size: 1 })[0] }`;

describe('modelOfModule', () => {
  it('takes a model, and from the data what only they know', async () => {
    const path = written('whole.mjs', `export default { network: ${network}, likelihood: ${likelihood} };`);
    expect(await modelOfModule(path, info)).toMatchObject({ name: 'whole', input: info.input, units: info.units });
  });

  it('or a function of the data, which may take its time', async () => {
    const text = `export default async ({ input, targets }) => ({
      name: targets.names.join() + input.shape[0], network: ${network}, likelihood: ${likelihood} });`;
    const { model, isBayesian, moduleSha256: sha256 } = await resolveModel(written('function.mjs', text), info);
    expect(model.name).toBe('y3');
    expect(isBayesian).toBe(false);
    expect(sha256).toBe(moduleSha256(join(folder, 'function.mjs')));
  });

  it('says what fails', async () => {
    expect(await refusal('throws.mjs', '\n\nthrow new Error("not today");')).toMatchInlineSnapshot(
      `"the module /throws.mjs fails: got not today"`,
    );
    expect(
      await refusal('fails.mjs', 'export default (data) => {\n  return data.shape.length;\n};'),
    ).toMatchInlineSnapshot(
      `"the module /fails.mjs fails: got Cannot read properties of undefined (reading 'length')"`,
    );
  });

  it('says what is missing of a model', async () => {
    expect(await refusal('nothing.mjs', 'export const model = 1;')).toMatchInlineSnapshot(
      `"the module /nothing.mjs exports no model: got no default export, or a function that returns nothing, expected export default { network, likelihood }, or a function of the data that returns it"`,
    );
    expect(await refusal('number.mjs', 'export default 42;')).toMatchInlineSnapshot(
      `"the module /number.mjs exports no model: got a default export of type number, expected export default { network, likelihood }, or a function of the data that returns it"`,
    );
    expect(await refusal('no-network.mjs', `export default { likelihood: ${likelihood} };`)).toMatchInlineSnapshot(
      `"the module /no-network.mjs exports no model: got no network, which is a layer: an object with build(x, context), expected export default { network, likelihood }, or a function of the data that returns it"`,
    );
    expect(
      await refusal('half.mjs', `export default { network: ${network}, likelihood: { kind: 'mine', outputs: 1 } };`),
    ).toMatchInlineSnapshot(
      `"the module /half.mjs exports no model: got a likelihood whose target is no object, expected export default { network, likelihood }, or a function of the data that returns it"`,
    );
    expect(await refusal('no-likelihood.mjs', `export default { network: ${network} };`)).toMatchInlineSnapshot(
      `"the module /no-likelihood.mjs exports no model: got no likelihood, expected export default { network, likelihood }, or a function of the data that returns it"`,
    );
  });

  it('tells both widths where the network does not fit the likelihood', async () => {
    const wide = network.replace('size: 1', 'size: 2');
    expect(
      await refusal('wide.mjs', `export default { network: ${wide}, likelihood: ${likelihood} };`),
    ).toMatchInlineSnapshot(
      `"the network does not fit its mine likelihood: got outputs of 1x2, expected 1x1: 1 per example. Change the last layer, or the likelihood"`,
    );
  });

  it('and where the likelihood does not fit the targets', async () => {
    const two = likelihood.replace('outputs: 1', 'outputs: 2').replace('width: 1', 'width: 2');
    const ofClasses = likelihood.replace('f32', 'i32');
    expect(
      await refusal('two.mjs', `export default { network: ${network}, likelihood: ${two} };`),
    ).toMatchInlineSnapshot(
      `"two: its mine likelihood does not fit the targets: got 1 target: y, expected 2 targets. Give the model another likelihood, or name other targets with --target; --data.task says what they are"`,
    );
    expect(
      await refusal('classes.mjs', `export default { network: ${network}, likelihood: ${ofClasses} };`),
    ).toMatchInlineSnapshot(
      `"classes: its mine likelihood does not fit the targets: got targets that are reals: y, expected classes. Give the model another likelihood, or name other targets with --target; --data.task says what they are"`,
    );
  });

  it('names a file that is not there', async () => {
    await expect(resolveModel('/no/such/module.mjs', info)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the module /no/such/module.mjs cannot be read: got ENOENT: no such file or directory, open '/no/such/module.mjs'. Check the path given as model]`,
    );
  });
});
