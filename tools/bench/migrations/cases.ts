import { type BenchCase, type Contestant, WrongResultError } from '../frame/benchmark.ts';
import { type Field, NODE_PG_MIGRATE_EACH, type OtherPlayer, type Player } from './contestants.ts';
import { type AppliedDatabases, checkApplied } from './applied-databases.ts';
import type { MakeDatabase } from './databases.ts';
import { writeFiles } from './files.ts';
import { startOnce } from './start.ts';

const PENDING = 200;

/** What all cases on one store need. */
export interface Ground {
  readonly field: Field;
  /** Where files are written. */
  readonly folder: string;
  readonly makeDatabase: MakeDatabase;
  readonly applied: AppliedDatabases;
  readonly signal: AbortSignal;
}

/** On one store: what each start pays, what looking pays, and what applying pays. */
export function casesOn(ground: Ground): BenchCase[] {
  const { store } = ground.field;
  const applied = `${ground.applied.count.toLocaleString('en')} applied files, ${store}`;
  return [
    restful(ground, {
      title: `a start with nothing to do, the whole process: ${applied}`,
      action: 'up',
      measured: 'tookMs',
    }),
    restful(ground, {
      title: `up with nothing to do: ${applied}`,
      action: 'up',
      measured: 'workedMs',
    }),
    restful(ground, { title: `status: ${applied}`, action: 'status', measured: 'workedMs' }),
    applying(ground),
  ];
}

interface Restful {
  readonly title: string;
  readonly action: 'up' | 'status';
  readonly measured: 'workedMs' | 'tookMs';
}

/** Each round is a process that finds everything applied. */
function restful(ground: Ground, { title, action, measured }: Restful): BenchCase {
  const { applied, signal } = ground;
  const contestant = (player: Player): Contestant => ({
    name: player.name,
    start: async () => {
      const input = await applied.of(player);
      return {
        round: async () => {
          const started = await startOnce({ runner: player.runner, action, input, signal });
          if (action === 'up' && started.count !== 0) throw new WrongResultError('it had work');
          return started[measured];
        },
        stop: async () => Promise.resolve(),
      };
    },
  });
  return caseOf(ground.field.others, { title, target: 1.01, ground, contestant });
}

/** Each round is an empty database. */
function applying(ground: Ground): BenchCase {
  const { store, others } = ground.field;
  const { folder } = ground;
  const contestant = (player: Player): Contestant => ({
    name: player.name,
    start: async () =>
      Promise.resolve({
        round: async () => {
          const directory = writeFiles(folder, player.form, PENDING);
          const database = await ground.makeDatabase();
          try {
            const input = { url: database.url, directory };
            const { runner } = player;
            const started = await startOnce({ runner, action: 'up', input, signal: ground.signal });
            await checkApplied(database, PENDING, started);
            return started.workedMs;
          } finally {
            await database.drop();
          }
        },
        stop: async () => Promise.resolve(),
      }),
  });
  const all = store === 'PostgreSQL' ? [NODE_PG_MIGRATE_EACH, ...others] : others;
  return caseOf(all, {
    title: `apply ${PENDING} small files, ${store}`,
    target: 1,
    ground,
    contestant,
  });
}

function caseOf(
  others: readonly OtherPlayer[],
  of: {
    readonly title: string;
    readonly target: number;
    readonly ground: Ground;
    readonly contestant: (player: Player) => Contestant;
  },
): BenchCase {
  return {
    title: of.title,
    unit: 'ms',
    better: 'lower',
    ours: of.contestant(of.ground.field.ours),
    peers: others.map((player) => ({
      ...of.contestant(player),
      differs: player.differs,
      target: player.isFloor ? undefined : of.target,
    })),
  };
}
