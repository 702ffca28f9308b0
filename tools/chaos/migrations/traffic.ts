import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresDatabase } from './postgres-database.ts';

const PER_SECOND = 200;
const ACCOUNTS = 1_000;

export const CREATE_ACCOUNTS = `
CREATE TABLE accounts (id int PRIMARY KEY, visits int NOT NULL DEFAULT 0);
INSERT INTO accounts SELECT generate_series(1, ${ACCOUNTS})`;
const VISIT = 'UPDATE accounts SET visits = visits + 1 WHERE id = $1';

/** How long requests took, in ms, queueing included. */
export interface TrafficFigures {
  readonly sent: number;
  readonly failed: number;
  readonly p99: number;
  readonly longest: number;
}

/**
 * An application that gets 200 requests a second, whether or not it has answered those before: each
 * counts from when it should have been sent, so that nothing that stalls hides in a pause.
 */
export class Traffic {
  readonly #database: PostgresDatabase;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #requests: Promise<void>[] = [];
  readonly #tookMs: number[] = [];
  #failed = 0;

  constructor(database: PostgresDatabase) {
    this.#database = database;
    this.#running = this.#run();
  }

  /** Sends no more, and waits for what is on its way. */
  async stop(): Promise<TrafficFigures> {
    this.#stopping.abort();
    await this.#running;
    await Promise.all(this.#requests);
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    return {
      sent: this.#requests.length,
      failed: this.#failed,
      p99: Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? NaN),
      longest: Math.round(sorted.at(-1) ?? NaN),
    };
  }

  async #run(): Promise<void> {
    const startedAt = performance.now();
    for (let number = 0; !this.#stopping.signal.aborted; number += 1) {
      const due = startedAt + (number * 1_000) / PER_SECOND;
      const ahead = due - performance.now();
      if (ahead > 0) await sleep(ahead);
      this.#requests.push(this.#request(due, (number % ACCOUNTS) + 1));
    }
  }

  async #request(due: number, id: number): Promise<void> {
    try {
      await this.#database.pool.query(VISIT, [id]);
      this.#tookMs.push(performance.now() - due);
    } catch {
      this.#failed += 1;
    }
  }
}
