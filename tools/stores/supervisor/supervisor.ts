import { createServer, type Server, type Socket } from 'node:net';
import type { StoreName } from '../profile.ts';
import { StoreError } from '../store.ts';
import { onRequest, type Reply, type Request, send, type SupervisorStatus } from './protocol.ts';
import type { SupervisedStores } from './stores.ts';

interface Options {
  readonly stores: SupervisedStores;
  /** How long to wait for the first holder, who may have been killed meanwhile. */
  readonly firstHolderWithinMs: number;
  readonly describe: Pick<SupervisorStatus, 'profile' | 'dataFolder'>;
}

/**
 * Lends the stores of one profile. A lease is a connection: it ends when its holder ends, however
 * that ends, and with the last one the stores stop.
 */
export class Supervisor {
  /** Resolves when the last lease is gone and every store has stopped. */
  readonly done: Promise<void>;
  readonly #finish: () => void;
  readonly #options: Options;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #leases = new Map<Socket, string>();
  #pinned = false;
  #stopping = false;

  constructor(options: Options) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#finish = resolve;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#welcome(socket));
  }

  async listen(socketPath: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(socketPath, resolve);
    });
    setTimeout(() => this.#stopIfUnused(), this.#options.firstHolderWithinMs).unref();
  }

  /** Tells everybody who holds a lease. */
  broadcast(reply: Reply): void {
    for (const socket of this.#leases.keys()) send(socket, reply);
  }

  /** Stops all stores whoever holds them. */
  async stop(): Promise<void> {
    if (this.#stopping) return this.done;
    this.#stopping = true;
    this.#server.close();
    for (const socket of this.#connections) send(socket, { type: 'stopping' });
    await this.#options.stores.stop();
    this.#finish();
  }

  /** Lets go of everybody who waits to see the end. */
  disconnect(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  #welcome(socket: Socket): void {
    this.#connections.add(socket);
    // A broken connection closes, too, and only that matters.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#connections.delete(socket);
      this.#release(socket);
    });
    // The holder lets go, and stays to see whether that was the last lease.
    socket.on('end', () => {
      this.#release(socket);
      if (!this.#stopping) socket.end();
    });
    if (this.#stopping) send(socket, { type: 'stopping' });
    onRequest(socket, (request) => void this.#serve(socket, request));
  }

  async #serve(socket: Socket, request: Request): Promise<void> {
    switch (request.type) {
      case 'hold': {
        this.#leases.set(socket, request.holder);
        send(socket, await this.#hold(request.stores));
        break;
      }
      case 'pin': {
        this.#pinned = true;
        send(socket, { type: 'pinned' });
        break;
      }
      case 'status': {
        send(socket, { type: 'status', status: this.#status() });
        break;
      }
      case 'stop': {
        await this.#stopFor(socket, request.force);
        break;
      }
    }
  }

  async #hold(stores: readonly StoreName[]): Promise<Reply> {
    // Every start is waited for, so that a failed one leaves no other running behind its back.
    const settled = await Promise.allSettled(
      stores.map(async (store) => this.#options.stores.get(store)),
    );
    const failures = settled.flatMap((one, at) =>
      one.status === 'rejected' ? [failure(one.reason, stores[at] ?? 'postgres')] : [],
    );
    const [first] = failures;
    if (first) return first;
    const reports = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    return { type: 'held', stores: reports };
  }

  #status(): SupervisorStatus {
    return {
      ...this.#options.describe,
      pid: process.pid,
      pinned: this.#pinned,
      holders: [...this.#leases.values()],
      stores: this.#options.stores.reports(),
    };
  }

  async #stopFor(socket: Socket, force: boolean): Promise<void> {
    if (!force && this.#leases.size > 0) {
      send(socket, { type: 'busy', holders: [...this.#leases.values()] });
      return;
    }
    await this.stop();
  }

  #release(socket: Socket): void {
    if (this.#leases.delete(socket)) this.#stopIfUnused();
  }

  #stopIfUnused(): void {
    if (this.#leases.size === 0 && !this.#pinned) void this.stop();
  }
}

function failure(reason: unknown, asked: StoreName): Reply {
  if (reason instanceof StoreError) {
    return { type: 'failed', store: reason.store, message: reason.message };
  }
  const message = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
  return { type: 'failed', store: asked, message };
}
