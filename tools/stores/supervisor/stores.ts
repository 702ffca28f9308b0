import type { RunningStore, Surroundings } from '../launch.ts';
import { type StoreName, STORE_NAMES, STORE_TITLES } from '../profile.ts';
import { StoreError, type StoreReport } from '../store.ts';

export type Start = (around: Surroundings) => Promise<RunningStore>;

/** Each with its driver only when it is asked for: MongoDB's alone takes longer than Redis's start. */
const STARTS: Record<StoreName, Start> = {
  postgres: async (around) =>
    (await import('../postgres/embedded.ts')).startEmbeddedPostgres(around),
  redis: async (around) => (await import('../redis/server.ts')).startRedis(around),
  mongodb: async (around) => (await import('../mongodb/server.ts')).startMongo(around),
};

/** A store that ends more often than this a minute has something that a restart does not mend. */
const RESTARTS_A_MINUTE = 3;

interface Options {
  readonly around: Omit<Surroundings, 'progress' | 'signal'>;
  readonly onProgress: (store: StoreName, text: string) => void;
  readonly onLost: (store: StoreName, message: string) => void;
  readonly starts?: Partial<Record<StoreName, Start>>;
}

/** Starts each store once, however many ask for it, and again when it ends by itself. */
export class SupervisedStores {
  readonly #options: Options;
  readonly #running = new Map<StoreName, Promise<RunningStore>>();
  readonly #answering = new Map<StoreName, StoreReport>();
  readonly #ends = new Map<StoreName, number[]>();
  readonly #stopping = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws StoreError when it cannot be started; the next one who asks makes it try again. */
  async get(store: StoreName): Promise<StoreReport> {
    return (await (this.#running.get(store) ?? this.#start(store))).report;
  }

  /** Those that answer by now. */
  reports(): StoreReport[] {
    return STORE_NAMES.flatMap((store) => this.#answering.get(store) ?? []);
  }

  /** Resolves when no store runs any more; none starts after it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const all = [...this.#running.values()];
    await Promise.all(all.map(async (running) => running.then(stopServer, () => undefined)));
  }

  async #start(store: StoreName): Promise<RunningStore> {
    if (this.#stopping.signal.aborted) throw new StoreError(store, 'The stores are being stopped.');
    const { around, onProgress, starts } = this.#options;
    const start = starts?.[store] ?? STARTS[store];
    const { signal } = this.#stopping;
    const starting = start({ ...around, signal, progress: (text) => onProgress(store, text) });
    this.#running.set(store, starting);
    try {
      const running = await starting;
      this.#answering.set(store, running.report);
      void running.server.ended.then(async (ending) => this.#ended(store, ending));
      return running;
    } catch (error) {
      this.#running.delete(store);
      throw error;
    }
  }

  async #ended(store: StoreName, ending: string): Promise<void> {
    const before = this.#answering.get(store);
    this.#running.delete(store);
    this.#answering.delete(store);
    if (this.#stopping.signal.aborted) return;
    const now = performance.now();
    const recent = [...(this.#ends.get(store) ?? []), now].filter((at) => now - at < 60_000);
    this.#ends.set(store, recent);
    const what = `${STORE_TITLES[store]} ended by itself (${ending})`;
    if (recent.length > RESTARTS_A_MINUTE) {
      this.#options.onLost(store, `${what} too often.`);
      return;
    }
    this.#options.onProgress(store, `${what}; starting it again`);
    try {
      const { report } = await this.#start(store);
      if (report.url !== before?.url)
        this.#options.onLost(store, `${what}; its port was taken since.`);
    } catch (error) {
      this.#options.onLost(store, `${what}, and did not start again. ${String(error)}`);
    }
  }
}

async function stopServer({ server }: RunningStore): Promise<void> {
  await server.stop();
}
