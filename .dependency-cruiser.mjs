/**
 * Room boundaries (docs/architecture.md). `npm run check:rooms` runs them; test/house plants a violation of each rule
 * and sees it fail.
 */

/** An import only points to a room further up in this list. */
export const rooms = [
  'errors',
  'foreign',
  'random',
  'graph',
  'kernels',
  'distributions',
  'layers',
  'likelihoods',
  'calibration',
  'evaluation',
  'models',
  'inference',
  'optim',
  'data',
  'gravitation',
  'comm',
  'train',
  'library',
  'datasets',
  'run',
  'launch',
  'report',
  'compose',
  'machine',
  'serve',
  'web',
  'cli',
];

/** Rooms within a room, with an index.ts of their own; only a composition root imports them. */
const engines = 'kernels/(reference|wasm|native|onednn)';
const communicators = 'comm/(threads|mpi)';
const implementations = `^src/(${engines}|${communicators})/`;

/** Where engines and communicators are chosen; src/index.ts hands them to users of the library, who choose too. */
const compositionRoots = '^src/(compose/|library/|machine/|web/|(index|node)\\.ts$)';

/** Rooms that run in a browser: no Node API. */
const portableRooms = [
  'errors',
  'foreign',
  'random',
  'graph',
  'kernels',
  'distributions',
  'layers',
  'likelihoods',
  'calibration',
  'evaluation',
  'models',
  'inference',
  'optim',
  'data',
  'gravitation',
  'comm',
  'train',
  'library',
];
const portable = `^src/(${portableRooms.join('|')})/`;
const notPortable = '^src/(kernels/(native|onednn)|comm/(threads|mpi))/';

const direction = rooms.map((room, place) => ({
  name: `direction-${room}`,
  comment: `${room} imports only ${place === 0 ? 'nothing of src' : `itself and ${rooms.slice(0, place).join(', ')}`}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${rooms.slice(0, place + 1).join('|')})/` },
}));

export default {
  forbidden: [
    ...direction,
    {
      name: 'known-rooms',
      comment: 'a folder of src is one of the rooms listed in .dependency-cruiser.mjs',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/((${rooms.join('|')})/|(index|node)\\.ts$)` },
      to: {},
    },
    {
      name: 'through-the-index',
      comment: 'another room is entered through its index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)(/|\\.ts$)' },
      to: {
        path: '^src/[^/]+/',
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', `^src/(${engines}|${communicators})/index\\.ts$`],
      },
    },
    {
      name: 'engines-are-chosen-at-the-top',
      comment:
        'engines and communicators are imported only by src/compose, src/library, src/machine, src/web and the entries',
      severity: 'error',
      from: { path: '^src/', pathNot: [compositionRoots, implementations] },
      to: { path: implementations },
    },
    {
      name: 'words-are-not-values',
      comment: 'the command line hands words to rooms that make values of them; it sees no engine, rank or array',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/(random|graph|kernels|comm|data)/' },
    },
    {
      name: 'engines-do-not-know-each-other',
      comment: 'an engine imports another only through its index.ts (onednn and native build on wasm)',
      severity: 'error',
      from: { path: `^src/(${engines}|${communicators})/` },
      to: { path: implementations, pathNot: ['^src/$1/', `^src/(${engines}|${communicators})/index\\.ts$`] },
    },
    {
      name: 'no-node-in-portable-rooms',
      comment: 'this room also runs in a browser: no Node API here',
      severity: 'error',
      from: { path: portable, pathNot: notPortable },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'no file imports itself, however long the way round',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'src imports nothing of test, bench or scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'only-runtime-dependencies',
      comment: 'src imports only what package.json lists under dependencies, or peers: what draws',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-missing-files',
      comment: 'an import leads to a file that is there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|src/kernels/wasm/assembly)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
