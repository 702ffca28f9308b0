import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';

import { eventually } from '@trilith/testing';

import type { ConsumerProcessInput } from './consumer-process.js';

const loader = path.resolve(import.meta.dirname, '../../../../tools/jest/typescript-child.mjs');

/** A consumer in a process of its own. */
export class Child {
  output = '';
  private readonly exited: Promise<unknown>;

  private constructor(private readonly process: ChildProcessByStdio<null, Readable, null>) {
    process.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = once(process, 'exit');
  }

  /** Resolves when it consumes. */
  static async start(input: ConsumerProcessInput): Promise<Child> {
    const script = path.join(import.meta.dirname, 'consumer-process.ts');
    const child = new Child(
      spawn(process.execPath, ['--import', loader, script, JSON.stringify(input)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    await child.says('ready');
    return child;
  }

  /** Waits until it has printed that. */
  async says(text: string): Promise<void> {
    await eventually(() => {
      if (!this.output.includes(text)) throw new Error(`"${text}" not yet in: ${this.output}`);
    });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.process.kill(signal);
  }

  async ended(): Promise<void> {
    await this.exited;
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
