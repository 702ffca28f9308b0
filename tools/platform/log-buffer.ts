import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

const KEPT_LINES = 20;

/** Takes a process's output line by line and remembers the end of it. */
export class LogBuffer {
  readonly #lines: string[] = [];
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  listenTo(output: Readable): void {
    createInterface({ input: output }).on('line', (line) => this.#take(line));
  }

  /** The last lines, indented for an error message. */
  end(): string {
    return this.#lines.map((line) => `    ${line}`).join('\n');
  }

  #take(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#onLine(line);
  }
}
