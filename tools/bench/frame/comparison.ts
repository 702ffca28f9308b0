import type { BenchCase, Contestant, Running } from './benchmark.ts';

/** The figures of one contestant's rounds, in the order in which they were played. */
export interface Measured {
  readonly name: string;
  readonly figures: readonly number[];
}

export interface ComparisonOptions {
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Told after each round of each contestant, those for warming up included. */
  readonly onRound: () => void;
}

/** How often {@link ComparisonOptions.onRound} is called. */
export function roundsOf({ peers }: BenchCase, rounds: number): number {
  return (peers.length + 1) * (rounds + 1);
}

/**
 * Lets all contestants of a case play, ours first in the result. In each round everyone plays once,
 * so that what slows the machine down for a while slows down all; who begins changes with each
 * round. A first round is played that does not count.
 *
 * @throws what a contestant throws: then nothing was measured.
 */
export async function compare(
  { ours, peers }: BenchCase,
  { rounds, signal, onRound }: ComparisonOptions,
): Promise<Measured[]> {
  const players: Player[] = [];
  try {
    for (const contestant of [ours, ...peers]) players.push(await Player.start(contestant));
    for (let round = 0; round <= rounds; round += 1) {
      for (const player of rotated(players, round)) {
        signal.throwIfAborted();
        await player.play();
        onRound();
      }
    }
  } finally {
    await Promise.all(players.map(async (player) => player.stop()));
  }
  return players.map(({ name, figures: [, ...counted] }) => ({ name, figures: counted }));
}

class Player {
  readonly name: string;
  readonly figures: number[] = [];
  readonly #running: Running;

  private constructor(name: string, running: Running) {
    this.name = name;
    this.#running = running;
  }

  static async start({ name, start }: Contestant): Promise<Player> {
    return new Player(name, await named(name, start()));
  }

  async play(): Promise<void> {
    const figure = await named(this.name, this.#running.round());
    if (!(figure > 0)) throw new Error(`${this.name}: ${figure} is no figure`);
    this.figures.push(figure);
  }

  async stop(): Promise<void> {
    await this.#running.stop();
  }
}

async function named<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
