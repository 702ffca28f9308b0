import path from 'node:path';
import type { Ports } from './ports.ts';
import type { Ledger } from './processes/ledger.ts';
import { lastLines, type ServerCommand, ServerProcess } from './processes/server-process.ts';
import type { Profile, StoreName } from './profile.ts';
import { StoreError, type StoreReport } from './store.ts';

/** What every store is started with. */
export interface Surroundings {
  readonly profile: Profile;
  /** One folder below it for each store. */
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly ledger: Ledger;
  readonly ports: Ports;
  /** Tells the people who wait what takes long. */
  readonly progress: (text: string) => void;
  /** Aborts when nobody waits for the store any more. */
  readonly signal: AbortSignal;
}

/** A store that answers, and its process. */
export interface RunningStore {
  readonly report: StoreReport;
  readonly server: ServerProcess;
}

/** One way to run one kind of store. */
export interface Launch {
  readonly store: StoreName;
  readonly command: string;
  readonly stopSignal: NodeJS.Signals;
  readonly cwd: string;
  readonly args: (port: number) => readonly string[];
  readonly account?: { uid: number; gid: number };
  readonly env?: NodeJS.ProcessEnv;
  /** Asks the server something real; throws as long as it does not answer. */
  readonly probe: (port: number) => Promise<Omit<StoreReport, 'store' | 'pid' | 'log'>>;
}

const ATTEMPTS = 3;

/**
 * Starts a server on a port of its own and waits until it answers. Someone else may take the port
 * between the choice and the start: then another one is tried.
 *
 * @throws StoreError with the end of the server's log.
 */
export async function launch(launched: Launch, around: Surroundings): Promise<RunningStore> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await around.ports.choose(launched.store);
    const server = await ServerProcess.start(serverCommand(launched, port, around));
    try {
      const answer = await server.ready(() => launched.probe(port), around.signal);
      const { pid, logFile: log } = server;
      return { server, report: { store: launched.store, ...answer, pid, log } };
    } catch (error) {
      if (attempt === ATTEMPTS || around.signal.aborted || !lostItsPort(error, server.logFile))
        throw error;
    }
  }
}

function serverCommand(
  { store, command, cwd, args, stopSignal, account, env }: Launch,
  port: number,
  { logFolder, ledger }: Surroundings,
): ServerCommand {
  const logFile = path.join(logFolder, `${store}.log`);
  return { store, command, args: args(port), cwd, logFile, ledger, stopSignal, account, env };
}

function lostItsPort(error: unknown, logFile: string): boolean {
  const log = lastLines(logFile).join('\n');
  return error instanceof StoreError && /address (is )?already in use|EADDRINUSE/i.test(log);
}
