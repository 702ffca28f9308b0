import type { Socket } from 'node:net';
import { connectOrStart, stopOrphans } from './connection.ts';
import type { Profile, StoreName } from './profile.ts';
import { StoreError, type StoreReport } from './store.ts';
import { onReply, type Reply, send } from './supervisor/protocol.ts';

interface Wish {
  readonly profile: Profile;
  readonly stores: readonly StoreName[];
  readonly holder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly onProgress?: (store: StoreName, text: string) => void;
}

/** A connection to the supervisor, and with it a claim on its stores. */
export class Lease {
  reports: readonly StoreReport[] = [];
  readonly #wish: Wish;
  readonly #socket: Socket;
  readonly #lost = new AbortController();
  readonly #answer = Promise.withResolvers<Reply | undefined>();
  readonly #closed: Promise<void>;
  #released = false;

  private constructor(socket: Socket, wish: Wish) {
    this.#socket = socket;
    this.#wish = wish;
    this.#closed = closed(socket);
    socket.once('close', () => {
      this.#answer.resolve(undefined);
      this.#lose("the stores' supervisor ended");
    });
    onReply(socket, (reply) => this.#hear(reply));
  }

  /** @throws StoreError when a store cannot be had; then nothing is held. */
  static async take(wish: Wish): Promise<Lease> {
    for (;;) {
      wish.signal?.throwIfAborted();
      const lease = new Lease(await connectOrStart(wish.profile, wish.env), wish);
      const { holder, stores } = wish;
      send(lease.#socket, { type: 'hold', holder, stores });
      const answer = await lease.#answered();
      if (answer?.type === 'held') {
        lease.reports = answer.stores;
        return lease;
      }
      await lease.release();
      if (answer?.type === 'failed') throw new StoreError(answer.store, answer.message);
      // That supervisor was on its way down: it is gone now, so the next one is new.
    }
  }

  /** Aborts when a store, or the supervisor, is gone for good. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Keeps the stores beyond this lease. */
  pin(): void {
    send(this.#socket, { type: 'pin' });
  }

  /** Resolves when the stores have stopped, or at once when someone else holds them. */
  async release(): Promise<void> {
    this.#released = true;
    this.#socket.end();
    await this.#closed;
    await stopOrphans(this.#wish.profile);
  }

  async #answered(): Promise<Reply | undefined> {
    const giveUp = () => this.#answer.resolve(undefined);
    this.#wish.signal?.addEventListener('abort', giveUp);
    const answer = await this.#answer.promise;
    this.#wish.signal?.removeEventListener('abort', giveUp);
    return answer;
  }

  #hear(reply: Reply): void {
    if (reply.type === 'progress') this.#wish.onProgress?.(reply.store, reply.text);
    if (reply.type === 'lost') this.#lose(reply.message);
    if (reply.type === 'stopping') this.#lose('someone stopped the stores');
    if (reply.type === 'held' || reply.type === 'failed') this.#answer.resolve(reply);
  }

  #lose(reason: string): void {
    if (!this.#released) this.#lost.abort(new Error(reason));
  }
}

/** Resolves when the connection is over, however it ends. */
export async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => {
    // An error is followed by 'close'; it only must not go unheard.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
  });
}
