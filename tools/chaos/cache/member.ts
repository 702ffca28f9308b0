import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { lastLines } from '../../stores/processes/server-process.ts';
import { WORKSPACE } from '../../stores/profile.ts';
import { Failure } from '../../terminal/failure.ts';
import type { FromProgram, ToProgram } from './programs/process.ts';

const PARENT_WATCH = new URL('../../bootstrap/parent-watch.mjs', import.meta.url).href;
const TYPESCRIPT = new URL('../../jest/typescript-child.mjs', import.meta.url).href;
const CHAOS = path.join(WORKSPACE, 'tools/chaos');

export interface MemberOptions {
  /** File in `tools/chaos`, without `.ts`: `cache/programs/replica`. */
  readonly program: string;
  readonly settings: object;
  readonly label: string;
  readonly logFolder: string;
}

/** A process of the fleet that does what it is asked, and can be killed. */
export class Member {
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #lastCall = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => this.#settle(message as FromProgram));
  }

  /** Resolves when it is ready. @throws Failure with its last lines when it ends before. */
  static async start({ program, settings, label, logFolder }: MemberOptions): Promise<Member> {
    const logFile = path.join(logFolder, `${label}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        `--import=${PARENT_WATCH}`,
        `--import=${TYPESCRIPT}`,
        path.join(CHAOS, `${program}.ts`),
        JSON.stringify(settings),
      ],
      // A group of its own: a terminal's Ctrl-C is for the experiment, which then stops all.
      { cwd: WORKSPACE, stdio: ['ignore', log, log, 'ipc'], detached: true },
    );
    closeSync(log);
    const member = new Member(child);
    const ready = Promise.withResolvers<unknown>();
    member.#calls.set(0, ready);
    child.once('exit', (code, signal) => {
      const lines = lastLines(logFile, 20).join('\n');
      member.#end(new Failure(`${label} ended (${signal ?? `exit status ${code}`}):\n${lines}`));
    });
    await ready.promise;
    return member;
  }

  /** Resolves to what the program's method resolves to. @throws when it ends before. */
  async call<Result>(method: string, argument: unknown = {}): Promise<Result> {
    const call = (this.#lastCall += 1);
    const outcome = Promise.withResolvers<unknown>();
    this.#calls.set(call, outcome);
    this.#child.send({ call, method, argument } satisfies ToProgram, (error) => {
      if (error) outcome.reject(error);
    });
    return (await outcome.promise) as Result;
  }

  /** As a crash would. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #settle({ call, result, error }: FromProgram): void {
    const outcome = this.#calls.get(call);
    this.#calls.delete(call);
    if (error === undefined) outcome?.resolve(result);
    else outcome?.reject(new Error(error));
  }

  #end(reason: Error): void {
    for (const { reject } of this.#calls.values()) reject(reason);
    this.#calls.clear();
  }
}
