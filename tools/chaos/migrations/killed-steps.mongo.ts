import type { Holding, KilledStep } from './killed-step.ts';
import type { MongoDatabase } from './mongo-database.ts';

const DOCUMENTS = 1_000;
const BATCH = 100;

/** The migration says that it is there, and stays until the experiment opens the gate. */
const AT_GATE = `await db.collection('arrivals').insertOne({});
    while ((await db.collection('gate').countDocuments()) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }`;

/** Once, however often it is run: as what cannot be rolled back has to be. */
const effect = (version: number) =>
  `await db.collection('effects').updateOne({ version: ${version} }, { $set: { done: true } }, { upsert: true });`;
const noEffect = (version: number) =>
  `await db.collection('effects').deleteMany({ version: ${version} });`;

const up = (...lines: readonly string[]) => method('up', lines);
const down = (...lines: readonly string[]) => method('down', lines);
const method = (name: string, lines: readonly string[]) =>
  `  async ${name}({ db, backfill, ensureIndexes }) {\n    ${lines.join('\n    ')}\n  },\n`;
const module = (...methods: readonly string[]) => `export default {\n${methods.join('')}};\n`;

const FIRST = module(
  up(
    `const notes = Array.from({ length: ${DOCUMENTS} }, (_, n) => ({ _id: n, changes: 0 }));`,
    `if ((await db.collection('notes').countDocuments()) === 0) await db.collection('notes').insertMany(notes);`,
    effect(1),
  ),
);
const BACKFILL = module(
  up(
    `await backfill('notes', {`,
    `  batchSize: ${BATCH},`,
    `  change: (notes) => notes.map(({ _id }) => ({ updateOne: { filter: { _id }, update: { $inc: { changes: 1 } } } })),`,
    `});`,
    effect(2),
  ),
);

const INDEX = `await ensureIndexes('notes', [{ name: 'notes_changes', key: { changes: 1 } }]);`;

const atGate: Holding<MongoDatabase> = {
  hold: async (database) => Promise.resolve(async () => database.openGate()),
  isInside: async (database) => database.someoneWaits(),
};

const second = (text: string) => ({ '0001_notes.mjs': FIRST, '0002_step.mjs': text });
/** Versions 1 and 2 applied, each with its effect once. */
const both = { effects: { 1: 1, 2: 1 }, applied: [1, 2] };

export const MONGO_STEPS: readonly KilledStep<MongoDatabase>[] = [
  {
    ...both,
    name: 'a migration',
    files: second(module(up(effect(2), AT_GATE, effect(20)))),
    inside: atGate,
    effects: { ...both.effects, 20: 1 },
  },
  {
    ...both,
    name: 'between two migrations',
    files: second(module(up(effect(2)))),
    inside: { freezeAt: { number: 2 } },
  },
  {
    ...both,
    name: 'a back-fill, half-way',
    files: second(BACKFILL),
    inside: { freezeAt: { number: 2, done: 4 * BATCH } },
    faults: async ({ db }) => db.collection('notes').countDocuments({ changes: { $ne: 1 } }),
  },
  {
    ...both,
    name: 'an index build, at any moment',
    files: second(module(up(INDEX, effect(2)))),
    before: { upTo: 1 },
    inside: { withinMs: 300 },
    faults: async ({ db }) => ((await db.collection('notes').indexes()).length === 2 ? 0 : 1),
  },
  {
    ...both,
    name: 'repair, at any moment',
    files: second(module(up(effect(2)))),
    before: { upTo: 2 },
    edited: { '0002_step.mjs': `${module(up(effect(2)))}// with a remark\n` },
    verb: { name: 'repair', versions: [2] },
    inside: { withinMs: 100 },
  },
  {
    name: 'down',
    files: second(module(up(effect(2)), down(noEffect(2), AT_GATE, effect(3)))),
    before: { upTo: 2 },
    verb: { name: 'down', to: 1 },
    inside: atGate,
    effects: { 1: 1, 3: 1 },
    applied: [1],
  },
];
