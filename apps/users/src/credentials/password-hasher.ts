import { randomBytes } from 'node:crypto';

import { hash, parseOptions, verify } from '@node-rs/argon2';

import { BoundedQueue, type BoundedQueueOptions } from './bounded-queue.js';
import { PasswordQueueFullError } from './credentials.errors.js';

/** Argon2id (the package's default algorithm), as OWASP's password storage cheat sheet has it. */
const POLICY = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/**
 * Hashes and checks passwords with Argon2id: 19 MiB, 2 passes, 1 lane.
 *
 * Each hash takes its memory and a thread while it runs, so only a few run at once and a bounded
 * number waits; beyond that {@link PasswordQueueFullError} is thrown, before anything is spent.
 * Passwords are compared in Unicode form NFKC: one typed on another keyboard is the same password.
 */
export class PasswordHasher {
  readonly #queue: BoundedQueue;

  /**
   * A hash that no password matches, at the cost of a real one: checking a password against it
   * takes as long as checking a known account's.
   */
  readonly decoy: string;

  private constructor(options: BoundedQueueOptions, decoy: string) {
    this.#queue = new BoundedQueue(options);
    this.decoy = decoy;
  }

  /** Made ready before the first caller, whose time would otherwise tell the decoy's making. */
  static async create(options: BoundedQueueOptions): Promise<PasswordHasher> {
    return new PasswordHasher(options, await hash(randomBytes(32), POLICY));
  }

  /** The hash in PHC form, salt and parameters included. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password.normalize('NFKC'), POLICY));
  }

  /** Whether `password` is the one that `passwordHash` was made from. */
  verify(passwordHash: string, password: string): Promise<boolean> {
    return this.#inTurn(() => verify(passwordHash, password.normalize('NFKC')));
  }

  /** Whether a hash was made with weaker parameters than today's. */
  isOutdated(passwordHash: string): boolean {
    const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
    return (
      memoryCost < POLICY.memoryCost ||
      timeCost < POLICY.timeCost ||
      parallelism < POLICY.parallelism
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(work, () => new PasswordQueueFullError());
  }
}
