import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectToSupervisor, stopOrphans } from './connection.ts';
import { environmentStores } from './environment-stores.ts';
import { closed, Lease } from './lease.ts';
import { type Profile, type StoreName, STORE_VARIABLES } from './profile.ts';
import type { StoreReport } from './store.ts';
import {
  onReply,
  type Reply,
  type Request,
  send,
  type SupervisorStatus,
} from './supervisor/protocol.ts';

export interface HoldOptions {
  readonly profile: Profile;
  /** What to start. None keeps alive what others of the profile have asked for, or will. */
  readonly stores: readonly StoreName[];
  /** Told to others who would stop the stores: `npm start (pid 123)`. */
  readonly holder: string;
  /**
   * Looked through for DATABASE_URL, REDIS_URL and MONGODB_URL first; its PATH is where servers are
   * looked for. Default: process.env.
   */
  readonly env?: NodeJS.ProcessEnv;
  /** Gives up waiting; what was started for this holder alone is stopped. */
  readonly signal?: AbortSignal;
  /** Told what takes long, and when a store had to be started again. */
  readonly onProgress?: (store: StoreName, text: string) => void;
}

/** Stores that run for as long as this process holds them. */
export interface HeldStores {
  readonly reports: readonly StoreReport[];
  /** DATABASE_URL, REDIS_URL and MONGODB_URL, as far as asked for. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when a store is gone for good although it is held. */
  readonly lost: AbortSignal;
  /** Keeps them running after this process, until {@link stopStores}. */
  pin(): void;
  /** Lets go. Resolves when the stores have stopped, or at once when someone else holds them. */
  release(): Promise<void>;
}

/**
 * Finds or starts stores and holds them. Returns when each answers.
 *
 * @throws StoreError when one cannot be had; then none is held. The signal's reason when it aborts.
 */
export async function holdStores(options: HoldOptions): Promise<HeldStores> {
  const { stores, env = process.env } = options;
  const given = await environmentStores(stores, env);
  const missing = stores.filter((store) => !given.some((report) => report.store === store));
  // Whoever names no store keeps what others start; whoever was given all needs no supervisor.
  const lease = given.length > 0 && missing.length === 0 ? nobodysLease() : undefined;
  return held(lease ?? (await Lease.take({ ...options, env, stores: missing })), { given, stores });
}

function held(
  lease: Pick<Lease, 'reports' | 'lost' | 'pin' | 'release'>,
  { given, stores }: { given: readonly StoreReport[]; stores: readonly StoreName[] },
): HeldStores {
  const all = [...given, ...lease.reports];
  const reports = stores.flatMap((store) => all.find((report) => report.store === store) ?? []);
  return {
    reports,
    env: Object.fromEntries(reports.map(({ store, url }) => [STORE_VARIABLES[store], url])),
    lost: lease.lost,
    pin: () => lease.pin(),
    release: async () => lease.release(),
  };
}

/** On stores that someone else runs: nothing to keep, nothing to stop. */
function nobodysLease(): Pick<Lease, 'reports' | 'lost' | 'pin' | 'release'> {
  return {
    reports: [],
    lost: new AbortController().signal,
    pin: () => undefined,
    release: async () => Promise.resolve(),
  };
}

/** What the profile's supervisor tells of itself; undefined when none runs. */
export async function storesStatus(profile: Profile): Promise<SupervisorStatus | undefined> {
  const socket = await connectToSupervisor(profile);
  const reply = socket && (await ask(socket, { type: 'status' }));
  socket?.destroy();
  return reply?.type === 'status' ? reply.status : undefined;
}

/** What became of {@link stopStores}. */
export type StopOutcome =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'nothing-ran' }
  | { readonly kind: 'held'; readonly holders: readonly string[] };

/**
 * Stops the profile's stores, also those whose supervisor was killed; not those that someone
 * holds, unless `force` says so.
 */
export async function stopStores(
  profile: Profile,
  { force }: { force: boolean },
): Promise<StopOutcome> {
  const socket = await connectToSupervisor(profile);
  if (!socket) {
    const orphans = await stopOrphans(profile);
    return { kind: orphans.length > 0 ? 'stopped' : 'nothing-ran' };
  }
  const gone = closed(socket);
  const reply = await ask(socket, { type: 'stop', force });
  if (reply?.type === 'busy') {
    socket.destroy();
    return { kind: 'held', holders: reply.holders };
  }
  await gone;
  return { kind: 'stopped' };
}

/** The first reply; undefined when the supervisor ends instead. */
async function ask(socket: Socket, request: Request): Promise<Reply | undefined> {
  const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
  onReply(socket, resolve);
  send(socket, request);
  return Promise.race([promise, once(socket, 'close').then(() => undefined)]);
}
