import type { Experiment, ExperimentContext } from '../experiment.ts';
import { verdict } from '../verdict.ts';
import type { ChaosDatabase } from './chaos-database.ts';
import { FILES, mongoFiles, postgresFiles } from './cold-start-files.ts';
import type { Outcome, RunnerProcess } from './runner-process.ts';
import { onStage, type Stage, type Workplace } from './stage.ts';

/** In a run of a whole minute; a shorter one has fewer. */
const FULL = { seconds: 60, rounds: 20 };
const STARTS = 5;
const CONTROL_ROUNDS = 3;

/** Five processes at once on an empty database, one of whose files builds an index concurrently. */
export const coldStarts: Experiment = {
  area: 'migrations',
  name: 'cold-starts',
  promise:
    'When five runners start at once, each file is applied exactly once, without a deadlock and ' +
    "without an error, on both stores. TypeORM's runner fails or repeats in the same start.",
  run: async (context) =>
    onStage(context, async (stage) => {
      const rounds = roundsIn(context);
      const postgres = new Tally();
      const mongo = new Tally();
      const control = new Tally();
      for (let round = 1; round <= rounds; round += 1) {
        context.signal.throwIfAborted();
        context.say(`Round ${round} of ${rounds}`);
        await onPostgres(stage, async (place) => stage.runner(place), postgres);
        await onMongo(stage, mongo);
      }
      context.say("The control: TypeORM's runner …");
      for (let round = 1; round <= Math.min(rounds, CONTROL_ROUNDS); round += 1) {
        await onPostgres(stage, async (place) => stage.typeOrmRunner(place), control);
      }
      return judge({ rounds, postgres, mongo, control });
    }),
};

function roundsIn({ seconds }: ExperimentContext): number {
  return Math.max(2, Math.round((FULL.rounds * seconds) / FULL.seconds));
}

/** What all rounds on one store came to. */
class Tally {
  missing = 0;
  repeated = 0;
  failed = 0;
  deadlocks = 0;
  /** Runners that found everything done by another. */
  waited = 0;
  notInLedger = 0;

  async add(database: ChaosDatabase, outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of outcomes) {
      if (outcome.succeeded && outcome.versions.length === 0) this.waited += 1;
      if (!outcome.succeeded) this.failed += 1;
      const said = outcome.succeeded ? outcome.warnings.join('\n') : outcome.output;
      if (said.includes('deadlock')) this.deadlocks += 1;
    }
    const { effects, ledger } = await database.count();
    for (let version = 1; version <= FILES; version += 1) {
      const times = effects.get(version) ?? 0;
      if (times === 0) this.missing += 1;
      if (times > 1) this.repeated += 1;
      const lines = ledger.filter((line) => line.version === version && line.state === 'applied');
      if (lines.length !== 1) this.notInLedger += 1;
    }
  }
}

async function onPostgres(
  stage: Stage,
  start: (place: Workplace) => Promise<RunnerProcess>,
  tally: Tally,
): Promise<void> {
  const folder = stage.folder(postgresFiles());
  await stage.onPostgres(async (database) => {
    const outcomes = await atOnce(async () => start({ database, folder }));
    await tally.add(database, outcomes);
  });
}

async function onMongo(stage: Stage, tally: Tally): Promise<void> {
  const folder = stage.folder(mongoFiles());
  await stage.onMongo(async (database) => {
    const outcomes = await atOnce(async () => stage.runner({ database, folder }));
    await tally.add(database, outcomes);
  });
}

/** All are loaded before the first begins. */
async function atOnce(start: () => Promise<RunnerProcess>): Promise<Outcome[]> {
  const runners = await Promise.all(Array.from({ length: STARTS }, start));
  return Promise.all(runners.map(async (runner) => runner.go()));
}

function judge(of: {
  readonly rounds: number;
  readonly postgres: Tally;
  readonly mongo: Tally;
  readonly control: Tally;
}) {
  const { rounds, control } = of;
  const stores = [
    ['PostgreSQL', of.postgres],
    ['MongoDB', of.mongo],
  ] as const;
  const promised = stores.flatMap(([name, tally]): [string, number][] => [
    [`${name}: files not applied`, tally.missing],
    [`${name}: files applied again`, tally.repeated],
    [`${name}: files not once in the ledger`, tally.notInLedger],
    [`${name}: runners that failed`, tally.failed],
    [`${name}: deadlocks`, tally.deadlocks],
  ]);
  const waited = stores.map(([name, tally]): [string, number] => [
    `${name}: runners that waited and found it done`,
    tally.waited,
  ]);
  const broken = 'control: runners that failed and files applied again or not';
  return verdict({
    figures: {
      'rounds on each store': rounds,
      ...Object.fromEntries([...promised, ...waited]),
      [broken]: control.failed + control.repeated + control.missing,
    },
    none: promised.map(([name]) => name),
    some: [...waited.map(([name]) => name), broken],
  });
}
