import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

type Report = { readonly id: string } & (
  | { readonly pid: number }
  /** How it ended. */
  | { readonly ended: string }
);

/** A server process of a {@link KeptServers}. */
export interface KeptServer {
  readonly pid: number;
  readonly folder: string;
  /** Resolves, with how, when the process is gone. */
  readonly ended: Promise<string>;
}

interface Waiting {
  readonly started: PromiseWithResolvers<number>;
  readonly ended: PromiseWithResolvers<string>;
}

/** Servers that end with the test that started them, also when it is killed. */
export class KeptServers {
  private readonly keeper: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting = new Map<string, Waiting>();
  private readonly beside: { close(): Promise<void> }[] = [];
  private starting = 0;

  constructor() {
    const program = path.join(import.meta.dirname, `keeper${path.extname(import.meta.filename)}`);
    // In a group of its own: a Ctrl-C is for the test, whose end it sees.
    this.keeper = spawn(process.execPath, [program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.keeper.unref();
    this.pipes.stdin.unref();
    this.pipes.stdout.unref();
    createInterface({ input: this.keeper.stdout }).on('line', (line) =>
      this.hear(JSON.parse(line) as Report),
    );
  }

  /**
   * Starts a program in a folder that is made where it is missing, and removed at the end.
   *
   * @throws when it cannot be run.
   */
  async start(
    command: string,
    { args, folder }: { args: readonly string[]; folder: string },
  ): Promise<KeptServer> {
    const id = randomUUID();
    const started = Promise.withResolvers<number>();
    const ended = Promise.withResolvers<string>();
    this.waiting.set(id, { started, ended });
    this.keeper.stdin.write(`${JSON.stringify({ id, command, args, folder })}\n`);
    this.starting += 1;
    // Servers that run keep nobody alive; one that is being started does.
    this.pipes.stdout.ref();
    try {
      return { pid: await started.promise, folder, ended: ended.promise };
    } finally {
      this.starting -= 1;
      if (this.starting === 0) this.pipes.stdout.unref();
    }
  }

  /** What stands before a server of these is closed with them. */
  closeToo(front: { close(): Promise<void> }): void {
    this.beside.push(front);
  }

  /** Kills what runs and removes what is left; resolves when nothing is. */
  async close(): Promise<void> {
    await Promise.all(this.beside.splice(0).map(async (front) => front.close()));
    if (this.keeper.exitCode !== null) return;
    this.keeper.ref();
    const gone = once(this.keeper, 'exit');
    this.keeper.stdin.end();
    await gone;
  }

  /** Node's pipes to a child are sockets, which its types do not tell. */
  private get pipes(): { stdin: Socket; stdout: Socket } {
    return this.keeper as unknown as { stdin: Socket; stdout: Socket };
  }

  private hear(report: Report): void {
    const waiting = this.waiting.get(report.id);
    if ('pid' in report) {
      waiting?.started.resolve(report.pid);
      return;
    }
    waiting?.started.reject(new Error(`The server did not start: ${report.ended}`));
    waiting?.ended.resolve(report.ended);
    this.waiting.delete(report.id);
  }
}
