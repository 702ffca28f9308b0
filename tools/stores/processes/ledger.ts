import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from '../json-file.ts';
import { isRunning, type ProcessIdentity, signalProcess } from './identity.ts';

/** A process that was started, and the signal that makes it stop cleanly. */
export interface LedgerEntry extends ProcessIdentity {
  readonly label: string;
  readonly stopSignal: NodeJS.Signals;
}

const GRACE_MS = 10_000;
const POLL_MS = 25;

/** The processes of one profile, on disk, so that they outlive no one who knows of them. */
export class Ledger {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  entries(): LedgerEntry[] {
    return readJson<LedgerEntry[]>(this.#file, []);
  }

  add(entry: LedgerEntry): void {
    writeJson(this.#file, [...this.entries(), entry]);
  }

  remove(identity: ProcessIdentity): void {
    const others = this.entries().filter(
      ({ pid, startedAt }) => pid !== identity.pid || startedAt !== identity.startedAt,
    );
    writeJson(this.#file, others);
  }

  /** Stops every recorded process that still runs, and returns those. */
  async sweep(): Promise<LedgerEntry[]> {
    const orphans = this.entries().filter(isRunning);
    await Promise.all(orphans.map(stopProcess));
    if (this.entries().length > 0) writeJson(this.#file, []);
    return orphans;
  }
}

/** Asks the process to stop, waits ten seconds, then kills it. */
export async function stopProcess(entry: LedgerEntry): Promise<void> {
  signalProcess(entry, entry.stopSignal);
  if (await endsWithin(entry, GRACE_MS)) return;
  signalProcess(entry, 'SIGKILL');
  await endsWithin(entry, GRACE_MS);
}

async function endsWithin(entry: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (isRunning(entry)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
