import { describe, expect, test } from 'vitest';
import { faultsOf, readCells } from '../../scripts/tutorial/cells.ts';

const source = `// %% [markdown]
// # 01 A title
//
// **Needs** nothing.

// %%
import { table } from 'credence';
console.log(table);

// %% [markdown] answer
// **1.** None.

// %% answer timed
console.log(2);
`;

describe('a source in the percent format', () => {
  test('is read cell by cell', () => {
    expect(readCells('01.ts', source)).toEqual([
      { kind: 'markdown', isAnswer: false, isTimed: false, line: 1, text: '# 01 A title\n\n**Needs** nothing.' },
      {
        kind: 'code',
        isAnswer: false,
        isTimed: false,
        line: 6,
        text: "import { table } from 'credence';\nconsole.log(table);",
      },
      { kind: 'markdown', isAnswer: true, isTimed: false, line: 10, text: '**1.** None.' },
      { kind: 'code', isAnswer: true, isTimed: true, line: 13, text: 'console.log(2);' },
    ]);
  });

  test('may not begin with something else, or have a marker of another kind', () => {
    expect(() => readCells('01.ts', 'const a = 1;')).toThrowErrorMatchingInlineSnapshot(
      `[Error: 01.ts:1 begins no cell: got const a = 1;, expected // %% or // %% [markdown]]`,
    );
    expect(() => readCells('01.ts', '// %% [raw]')).toThrowErrorMatchingInlineSnapshot(
      `[Error: 01.ts:1 begins no cell: got // %% [raw], expected // %% or // %% [markdown]]`,
    );
    expect(() => readCells('01.ts', '// %% [markdown]\nconst a = 1;')).toThrowErrorMatchingInlineSnapshot(
      `[Error: 01.ts:2 is no text: got const a = 1;, expected // and a blank in front of it]`,
    );
  });

  test('is told what the rules have against it', () => {
    const long = `// %%\nimport { x } from 'lodash';\n${'console.log(x);\n'.repeat(25)}`;
    const broken = '// %% [markdown]\n// Here $a\n// + b$ is broken.\n';
    const text = source.replace('# 01 A title', 'A title').replace('**Needs**', 'Needs');
    expect(faultsOf('01.ts', readCells('01.ts', text + long + broken))).toMatchInlineSnapshot(`
      [
        "01.ts:15 has 26 lines; a cell has at most 25",
        "01.ts:15 imports lodash; cells import credence, ./tools.ts and Node's own",
        "01.ts:42 breaks a formula at the end of a line: Here $a",
        "01.ts:42 breaks a formula at the end of a line: + b$ is broken.",
        "01.ts:1 does not begin with a heading such as # 01 Bayes",
        "01.ts:1 does not say what it **Needs** of its reader",
        "01.ts has 0 exercises below ## Exercises, expected 3",
        "01.ts has no ## References",
      ]
    `);
  });
});
