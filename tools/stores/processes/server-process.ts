import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StoreName, STORE_TITLES, STORE_VARIABLES } from '../profile.ts';
import { StoreError } from '../store.ts';
import { identify, type ProcessIdentity } from './identity.ts';
import { type Ledger, type LedgerEntry, stopProcess } from './ledger.ts';

const READY_WITHIN_MS = 90_000;
const POLL_MS = 50;

export interface ServerCommand {
  readonly store: StoreName;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  readonly ledger: Ledger;
  /** Makes the server stop cleanly. */
  readonly stopSignal: NodeJS.Signals;
  readonly env?: NodeJS.ProcessEnv;
  /** Another user to run as; only root may. */
  readonly account?: { uid: number; gid: number };
}

/** A store's server: its output goes to a log file, its number to the ledger. */
export class ServerProcess {
  readonly pid: number;
  readonly logFile: string;
  /** How it ended; resolves once. */
  readonly ended: Promise<string>;
  readonly #store: StoreName;
  readonly #entry: LedgerEntry;
  #ending: string | undefined;

  private constructor(
    command: ServerCommand,
    { identity, ended }: { identity: ProcessIdentity; ended: Promise<string> },
  ) {
    this.pid = identity.pid;
    this.logFile = command.logFile;
    this.#store = command.store;
    this.#entry = { ...identity, label: command.store, stopSignal: command.stopSignal };
    command.ledger.add(this.#entry);
    this.ended = ended.then((ending) => {
      this.#ending = ending;
      command.ledger.remove(this.#entry);
      return ending;
    });
  }

  /** @throws StoreError when the command cannot be run at all. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const log = openSync(command.logFile, 'w', 0o600);
    const child = spawn(command.command, command.args, {
      cwd: command.cwd,
      env: command.env ?? process.env,
      stdio: ['ignore', log, log],
      ...command.account,
    });
    closeSync(log);
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(new StoreError(command.store, `${command.command}: ${cause.message}`, { cause })),
      );
    });
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (!identity) {
      throw startFailure(command, `ended (${await ended})`);
    }
    return new ServerProcess(command, { identity, ended });
  }

  /**
   * Waits until `probe` no longer throws.
   *
   * @throws StoreError with the end of the log, when the server ends, takes 90 seconds, or `signal`
   * aborts; the server is stopped then.
   */
  async ready<T>(probe: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const cause = await probe().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ('value' in cause) return cause.value;
      const why = this.#givenUp(deadline, signal);
      if (why !== undefined) {
        await this.stop();
        throw startFailure({ store: this.#store, logFile: this.logFile }, why, cause.error);
      }
      await sleep(POLL_MS);
    }
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    await stopProcess(this.#entry);
    await this.ended;
  }

  #givenUp(deadline: number, signal: AbortSignal | undefined): string | undefined {
    if (this.#ending !== undefined) return `ended (${this.#ending})`;
    if (signal?.aborted) return 'was stopped';
    return performance.now() > deadline ? 'did not answer within 90 seconds' : undefined;
  }
}

function startFailure(
  { store, logFile }: Pick<ServerCommand, 'store' | 'logFile'>,
  why: string,
  cause?: unknown,
): StoreError {
  const lines = lastLines(logFile).map((line) => `    ${line}`);
  const head = `${STORE_TITLES[store]} ${why} while starting. Its log ${logFile} ends:`;
  const next = `To use a server of your own instead, set ${STORE_VARIABLES[store]}.`;
  return new StoreError(store, [head, ...lines, next].join('\n'), { cause });
}

/** The end of a log, for an error message. */
export function lastLines(file: string, count = 15): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  } catch {
    return [];
  }
}
