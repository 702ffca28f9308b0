import path from 'node:path';
import { type HeldStores, holdStores } from '../stores/client.ts';
import { holdDockerStores } from '../stores/docker.ts';
import { devProfile, type Profile, STORE_NAMES, STORE_TITLES } from '../stores/profile.ts';
import type { StoreReport } from '../stores/store.ts';
import { Failure } from '../terminal/failure.ts';
import { build } from './build.ts';
import { devSecrets, ownEnvironment, serviceEnvironment } from './environment.ts';
import { migrate } from './migrations.ts';
import { checkPortsAreFree, fixedPorts, freePort, freeServicePorts } from './ports.ts';
import type { ServicePorts } from './ports.ts';
import { ServiceProcess, type UnexpectedEnd } from './service-process.ts';
import { addressOf, SERVICE_NAMES, type ServiceName } from './services.ts';
import { PlatformClaim, platformFolder } from './state.ts';

export interface PlatformOptions {
  /** Whose stores and whose data. Default: the clone's own, below `.data`. */
  readonly profile?: Profile;
  /** `docker` takes them from docker/compose.yml. Default: those found, or started here. */
  readonly stores?: 'found' | 'docker';
  /** `fixed` (3001, 3002, 3003 unless the environment says otherwise) or any that are free. */
  readonly ports?: 'fixed' | 'free';
  /** Added to each fixed port. */
  readonly portOffset?: number;
  /** Wins over the process's environment and `.env`. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many processes of each service; the second and later ones listen on free ports. */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  /** Default true. */
  readonly build?: boolean;
  /** Aborts the start; what has started by then is stopped. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  readonly onLine?: (label: string, line: string) => void;
}

/**
 * Stores, migrations, and the three services, each ready.
 *
 * @throws Failure when something is missing, taken or broken; then nothing is left running.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const platform = new Platform(options);
  try {
    await platform.start();
    return platform;
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

/** A running platform. */
export class Platform {
  /** Every replica; the first of each service listens at {@link addresses}. */
  readonly services: ServiceProcess[] = [];
  stores: readonly StoreReport[] = [];
  readonly #options: PlatformOptions;
  readonly #profile: Profile;
  readonly #broken = new AbortController();
  #claim: PlatformClaim | undefined;
  #held: HeldStores | undefined;
  #ports: ServicePorts = { users: 0, content: 0, analytics: 0 };

  constructor(options: PlatformOptions) {
    this.#options = options;
    this.#profile = options.profile ?? devProfile();
  }

  /** Base addresses, without a trailing slash. */
  get addresses(): Record<ServiceName, string> {
    const { users, content, analytics } = this.#ports;
    return {
      users: addressOf(users),
      content: addressOf(content),
      analytics: addressOf(analytics),
    };
  }

  /**
   * Aborts when a service or a store ended by itself; the reason, a {@link PlatformBroken}, tells
   * which. Nothing else is stopped then: {@link stop} does that.
   */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  async start(): Promise<void> {
    const { signal, onProgress } = this.#options;
    const own = { ...ownEnvironment(), ...this.#options.env };
    this.#claim = new PlatformClaim(this.#profile);
    await this.#choosePorts(own);
    onProgress?.('Building, and finding or starting the stores …');
    const env = await this.#prepare(own);
    onProgress?.('Migrating …');
    await migrate(env, { signal });
    onProgress?.('Starting the services …');
    await this.#startServices(env);
    this.#claim.announce({ addresses: this.addresses });
  }

  /** Stops the services gracefully, then lets go of the stores. */
  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.#held?.release();
    this.#claim?.release();
  }

  async #choosePorts(own: NodeJS.ProcessEnv): Promise<void> {
    const { ports = 'fixed', portOffset = 0 } = this.#options;
    this.#ports = ports === 'free' ? await freeServicePorts() : fixedPorts(own, portOffset);
    await checkPortsAreFree(this.#ports);
  }

  async #prepare(own: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
    const { signal, build: wanted = true } = this.#options;
    const [held, built] = await Promise.allSettled([
      this.#holdStores(own),
      wanted ? build(signal) : undefined,
    ]);
    // The stores are held even when the build has failed: stop() must know them.
    if (held.status === 'fulfilled') this.#keep(held.value);
    for (const one of [held, built]) if (one.status === 'rejected') throw one.reason;
    const folder = platformFolder(this.#profile);
    const secretsFile = path.join(folder, 'secrets.json');
    return serviceEnvironment(own, {
      stores: this.#held?.env ?? {},
      secrets: devSecrets(this.#profile.lasting ? secretsFile : undefined),
      ports: this.#ports,
      folder,
    });
  }

  async #holdStores(env: NodeJS.ProcessEnv): Promise<HeldStores> {
    const { signal, onProgress, stores = 'found' } = this.#options;
    const wanted = { profile: this.#profile, stores: STORE_NAMES, env, signal };
    if (stores === 'docker') return holdDockerStores(wanted);
    return holdStores({
      ...wanted,
      holder: `npm start (pid ${process.pid})`,
      onProgress: (store, text) => onProgress?.(`${STORE_TITLES[store]}: ${text}`),
    });
  }

  #keep(held: HeldStores): void {
    this.#held = held;
    this.stores = held.reports;
    held.lost.addEventListener('abort', () => {
      this.#broken.abort(new PlatformBroken(`A store is lost: ${held.lost.reason.message}`));
    });
  }

  async #startServices(env: NodeJS.ProcessEnv): Promise<void> {
    for (const service of SERVICE_NAMES) {
      for (let replica = 1; replica <= (this.#options.replicas?.[service] ?? 1); replica += 1) {
        const port = replica === 1 ? this.#ports[service] : await freePort();
        const label = replica === 1 ? service : `${service}-${replica}`;
        this.services.push(this.#service({ service, label, port, env }));
      }
    }
    for (const service of this.services) service.start();
    await Promise.all(this.services.map((service) => service.ready(this.#options.signal)));
  }

  #service(one: { service: ServiceName; label: string; port: number; env: NodeJS.ProcessEnv }) {
    return new ServiceProcess({
      ...one,
      onLine: (line) => this.#options.onLine?.(one.label, line),
      onUnexpectedEnd: (ended) => this.#broken.abort(PlatformBroken.byService(ended)),
    });
  }
}

/** A part of a running platform ended by itself. The message tells which, and its last lines. */
class PlatformBroken extends Failure {
  override readonly name = 'PlatformBroken';

  static byService({ label, how, log }: UnexpectedEnd): PlatformBroken {
    return new PlatformBroken(`${label} ended by itself (${how}). Its last lines:\n${log}`);
  }
}
