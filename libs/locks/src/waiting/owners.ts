import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Names the claims of one manager, so that a script can tell whom to wake and people who holds. */
export class Owners {
  /** Tells the manager from all others, also from one with the same label. */
  readonly manager: string;
  private claims = 0;

  constructor(label = `${hostname()}:${process.pid}`) {
    this.manager = `${label}:${randomUUID()}`;
  }

  /**
   * `<number>:<lease in milliseconds>:<since>:<manager>`: who hands the lock over reads there for how
   * long. The time is for people only, and of the wall clock.
   */
  next(ttlMs: number): string {
    this.claims += 1;
    return `${this.claims}:${ttlMs}:${Date.now()}:${this.manager}`;
  }
}

/** What an owner's name tells; undefined when another library wrote it. */
export function readOwner(owner: string): { label: string; since: Date } | undefined {
  const [, since, label] = /^\d+:\d+:(\d+):(.+):[\da-f-]{36}$/s.exec(owner) ?? [];
  if (since === undefined || label === undefined) return undefined;
  return { label, since: new Date(Number(since)) };
}
