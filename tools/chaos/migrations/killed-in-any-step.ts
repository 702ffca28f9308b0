import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../terminal/failure.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { type Random, seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import type { ChaosDatabase } from './chaos-database.ts';
import { type AnyMoment, faultsOf, type KilledStep } from './killed-step.ts';
import { MONGO_STEPS } from './killed-steps.mongo.ts';
import { POSTGRES_STEPS } from './killed-steps.postgres.ts';
import type { Outcome, RunnerProcess } from './runner-process.ts';
import { onStage, type Stage, type Workplace } from './stage.ts';
import { until } from './until.ts';

/** Each waits more than it works: for the store to notice that its client is gone. */
const AT_ONCE = 3;
const NOTHING_IN_THE_WAY = async () => Promise.resolve();

/** One kill in each kind of step, at a place that something in the store or a stopped process holds. */
export const killedInAnyStep: Experiment = {
  area: 'migrations',
  name: 'killed-in-any-step',
  promise:
    'When a runner is killed (SIGKILL) inside of any kind of step, the next one brings everything to ' +
    'its end: each effect once, no invalid index, the ledger right, on both stores.',
  run: async (context) =>
    onStage(context, async (stage) => {
      const found = new Found();
      const random = seededRandom(context.seed);
      await inLanes(
        [
          ...POSTGRES_STEPS.map(
            (step) => async () =>
              stage.onPostgres(async (database) =>
                play(stage, { step, database, context, random, found }),
              ),
          ),
          ...MONGO_STEPS.map(
            (step) => async () =>
              stage.onMongo(async (database) =>
                play(stage, { step, database, context, random, found }),
              ),
          ),
        ],
        context,
      );
      return judge(found);
    }),
};

/** What all steps came to. */
class Found {
  kills = 0;
  leftInvalid = 0;
  halfInLedger = 0;
  effects = 0;
  ledger = 0;
  others = 0;
  failed = 0;
}

interface Play<Database extends ChaosDatabase> {
  readonly step: KilledStep<Database>;
  readonly database: Database;
  readonly context: ExperimentContext;
  readonly random: Random;
  readonly found: Found;
}

async function play<Database extends ChaosDatabase>(
  stage: Stage,
  { step, database, context, random, found }: Play<Database>,
): Promise<void> {
  const title = `${database.store}: ${step.name}`;
  const folder = stage.folder(step.files);
  const place = { database, folder };
  await prepare(stage, step, place);
  if (step.edited) folder.write(step.edited);
  const release = await killInside(stage, { step, database, context, random, place });
  found.kills += 1;
  await countLeftovers(database, found);
  await release();
  const outcome = await stage.run({ ...place, verb: step.verb });
  const { effects, ledger } = faultsOf(step, await database.count());
  const others = (await step.faults?.(database)) ?? 0;
  found.effects += effects;
  found.ledger += ledger;
  found.others += others;
  found.failed += outcome.succeeded ? 0 : 1;
  const faults = effects + ledger + others;
  context.say(`${title}: ${said(outcome)}${faults === 0 ? '' : `, ${faults} faults`}`);
}

async function prepare<Database extends ChaosDatabase>(
  stage: Stage,
  { before }: KilledStep<Database>,
  place: Workplace & { readonly database: Database },
): Promise<void> {
  if (!before) return;
  const outcome = await stage.run({ ...place, verb: { name: 'up', to: before.upTo } });
  if (!outcome.succeeded) throw new Failure(`Nothing to begin with:\n${outcome.output}`);
  await before.arrange?.(place.database);
}

/** Resolves to what takes the obstacle away, once the store has noticed that the runner is gone. */
async function killInside<Database extends ChaosDatabase>(
  stage: Stage,
  {
    step: { inside, verb, name },
    database,
    context: { signal },
    random,
    place,
  }: Omit<Play<Database>, 'found'> & { readonly place: Workplace },
): Promise<() => Promise<void>> {
  if ('withinMs' in inside)
    return killAtAnyMoment(inside, random, await stage.runner({ ...place, verb }));
  if ('freezeAt' in inside) {
    return killFrozen(name, await stage.runner({ ...place, verb, freezeAt: inside.freezeAt }));
  }
  const release = await inside.hold(database, signal);
  const runner = await stage.runner({ ...place, verb });
  const outcome = runner.go();
  const isInside = async () => {
    if (!runner.isRunning) throw new Failure(`It never came to "${name}": ${said(await outcome)}`);
    return inside.isInside(database);
  };
  await until(`inside of "${name}"`, isInside, signal);
  await runner.kill();
  if (database.store === 'postgres') {
    await until('its session ended', async () => !(await inside.isInside(database)), signal);
  }
  return release;
}

async function killFrozen(name: string, runner: RunnerProcess): Promise<() => Promise<void>> {
  const ended = runner.go().then((outcome) => {
    throw new Failure(`It never came to "${name}": ${said(outcome)}`);
  });
  ended.catch(() => undefined);
  await Promise.race([runner.frozen, ended]);
  await runner.kill();
  return NOTHING_IN_THE_WAY;
}

async function killAtAnyMoment(
  { withinMs }: AnyMoment,
  random: Random,
  runner: RunnerProcess,
): Promise<() => Promise<void>> {
  const outcome = runner.go();
  await sleep(random.next() * withinMs);
  await runner.kill();
  await outcome;
  return NOTHING_IN_THE_WAY;
}

async function countLeftovers(database: ChaosDatabase, found: Found): Promise<void> {
  const { ledger } = await database.count();
  found.halfInLedger += ledger.filter(({ state }) => state !== 'applied').length;
  found.leftInvalid += await database.invalidIndexes();
}

function said(outcome: Outcome): string {
  if (!outcome.succeeded) return `failed: ${outcome.output}`;
  return ['done', ...outcome.warnings].join('; ');
}

async function inLanes(
  works: readonly (() => Promise<void>)[],
  { signal }: ExperimentContext,
): Promise<void> {
  const waiting = works.values();
  const lane = async () => {
    for (const work of waiting) {
      signal.throwIfAborted();
      await work();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function judge(found: Found) {
  return verdict({
    figures: {
      'kinds of steps killed': found.kills,
      'left invalid by a kill': found.leftInvalid,
      'left half-way in the ledger by a kill': found.halfInLedger,
      'next runs that failed': found.failed,
      'effects missing or repeated': found.effects,
      'lines of the ledger amiss': found.ledger,
      'indexes, partitions and documents amiss': found.others,
    },
    none: [
      'next runs that failed',
      'effects missing or repeated',
      'lines of the ledger amiss',
      'indexes, partitions and documents amiss',
    ],
    some: ['left invalid by a kill', 'left half-way in the ledger by a kill'],
  });
}
