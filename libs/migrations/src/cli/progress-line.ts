import type { Writable } from 'node:stream';
import type { MigrationProgress } from '../migrator.options.js';

const REDRAW_EVERY_MS = 250;
const BAR_WIDTH = 20;

/** The last line of a terminal: what runs, for how long, and how far it is. */
export class ProgressLine {
  private current: MigrationProgress | undefined;
  private startedAt = 0;
  private shown = false;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly stream: Writable) {
    this.timer = setInterval(() => this.draw(), REDRAW_EVERY_MS);
    this.timer.unref();
  }

  /** Drawn with the next tick: what is over before that needs no line. */
  show(progress: MigrationProgress): void {
    if (progress.migration !== this.current?.migration) this.startedAt = performance.now();
    this.current = progress;
  }

  /** Makes room for a line that stays. */
  clear(): void {
    if (this.shown) this.stream.write('\r\u001B[2K');
    this.shown = false;
  }

  end(): void {
    clearInterval(this.timer);
    this.clear();
  }

  private draw(): void {
    if (this.current === undefined) return;
    this.clear();
    this.stream.write(describeProgress(this.current, performance.now() - this.startedAt));
    this.shown = true;
  }
}

/** `postgres [#####...............] 2/8 0003_likes 12 s, 400 of 1000` */
export function describeProgress(progress: MigrationProgress, elapsedMs: number): string {
  const { store, migration, number, of, done, total } = progress;
  const part = done !== undefined && total ? Math.min(1, done / total) : 0;
  const filled = Math.round((BAR_WIDTH * (number - 1 + part)) / of);
  const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled);
  const far = done === undefined ? '' : `, ${done}${total === undefined ? '' : ` of ${total}`}`;
  const seconds = Math.floor(elapsedMs / 1_000);
  return `${store} [${bar}] ${number}/${of} ${migration} ${seconds} s${far}`;
}
