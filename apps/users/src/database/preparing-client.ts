import { createHash } from 'node:crypto';

import pg from 'pg';

/** Runs of one statement on one connection before it is prepared: what runs once is not worth it. */
const PREPARE_AT = 5;
/** Statements that are counted, and so prepared at most: each takes memory of the server's. */
const MOST_STATEMENTS = 500;
/** Prepared for the columns of today, such a statement would fail after a migration adds one. */
const ALL_COLUMNS = /(?:SELECT|RETURNING|,)\s+(?:"?\w+"?\.)?\*/i;

/**
 * A connection that prepares the statements that it runs often, under names, so that the server
 * parses them once: the hot reads, whichever code they come from. The JDBC driver of PostgreSQL does
 * so with its `prepareThreshold`.
 */
export class PreparingClient extends pg.Client {
  private readonly runs = new Map<string, number>();

  /** `never` stands for what each of pg's overloads gives. */
  override query(...call: unknown[]): never {
    const [text, values, ...rest] = call;
    const query = (...all: unknown[]) => super.query(...(all as [string])) as never;
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) {
      return query(...call);
    }
    if (!this.isFrequent(text)) return query(...call);
    const name = createHash('sha1').update(text).digest('base64url');
    return query({ name, text }, values, ...rest);
  }

  private isFrequent(text: string): boolean {
    const before = this.runs.get(text);
    if (before === undefined && this.runs.size >= MOST_STATEMENTS) return false;
    const runs = (before ?? (ALL_COLUMNS.test(text) ? -Infinity : 0)) + 1;
    this.runs.set(text, runs);
    return runs >= PREPARE_AT;
  }
}
