import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stopStores } from '../client.ts';
import type { Profile, StoreName } from '../profile.ts';
import type { StoreReport } from '../store.ts';

/** What a holder process says: {@link ./holder.ts}. */
export interface Said {
  readonly reports?: readonly StoreReport[];
  readonly env?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly lost?: string;
}

/** A holder process, and what it said first. */
export class Holder {
  readonly first: Promise<Said>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (!child.stdout) throw new Error('The holder has no output.');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.first = this.next();
  }

  /** The next thing it says. */
  async next(): Promise<Said> {
    const { value } = await this.#lines.next();
    return JSON.parse(String(value)) as Said;
  }

  async report(store: StoreName): Promise<StoreReport> {
    const said = await this.first;
    const report = said.reports?.find((one) => one.store === store);
    if (!report) throw new Error(`No ${store}: ${JSON.stringify(said)}`);
    return report;
  }

  /** Lets go, and resolves when it has ended. */
  async release(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin?.write('\n');
    await exit;
  }

  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

/** A clone of nothing, with profiles of its own, for one test. */
export class Sandbox {
  readonly workspace = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
  readonly profile: Profile;
  readonly #holders: Holder[] = [];

  constructor({ lasting }: { lasting: boolean }) {
    this.profile = { name: lasting ? 'dev' : 'test', workspace: this.workspace, lasting };
  }

  hold(stores: readonly StoreName[], env: NodeJS.ProcessEnv = {}): Holder {
    const { workspace, profile } = this;
    const wish = JSON.stringify({ workspace, lasting: profile.lasting, stores });
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'holder.ts'), wish],
      {
        // Not what this test itself was given.
        env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', MONGODB_URL: '', ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const holder = new Holder(child);
    this.#holders.push(holder);
    return holder;
  }

  async close(): Promise<void> {
    await stopStores(this.profile, { force: true });
    rmSync(this.workspace, { recursive: true, force: true });
  }
}
