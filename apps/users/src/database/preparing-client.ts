import { createHash } from 'node:crypto';

import pg from 'pg';

/** Runs of one statement on one connection before it is prepared: what runs once is not worth it. */
const PREPARE_AT = 5;
/** Statements that are counted, and so prepared at most: each takes memory of the server's. */
const MOST_STATEMENTS = 500;
/** Prepared for the columns of today, such a statement would fail after a migration adds one. */
const ALL_COLUMNS = /(?:SELECT|RETURNING|,)\s+(?:"?\w+"?\.)?\*/i;

interface Statement {
  runs: number;
  name: string | undefined;
}

/**
 * A connection that prepares the statements that it runs often, under names, so that the server
 * parses them once: the hot reads, whichever code they come from. The JDBC driver of PostgreSQL does
 * so with its `prepareThreshold`.
 */
export class PreparingClient extends pg.Client {
  private readonly statements = new Map<string, Statement>();

  /** `never` stands for what each of pg's overloads gives. */
  override query(...call: unknown[]): never {
    const [text, values, ...rest] = call;
    const query = (...all: unknown[]) => super.query(...(all as [string])) as never;
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) {
      return query(...call);
    }
    const name = this.nameOf(text);
    return name === undefined ? query(...call) : query({ name, text }, values, ...rest);
  }

  /** Undefined as long as the statement is not worth preparing. */
  private nameOf(text: string): string | undefined {
    const statement = this.statements.get(text) ?? this.begin(text);
    if (statement === undefined) return undefined;
    statement.runs += 1;
    if (statement.runs < PREPARE_AT) return undefined;
    statement.name ??= createHash('sha1').update(text).digest('base64url');
    return statement.name;
  }

  private begin(text: string): Statement | undefined {
    if (this.statements.size >= MOST_STATEMENTS) return undefined;
    const statement: Statement = { runs: ALL_COLUMNS.test(text) ? -Infinity : 0, name: undefined };
    this.statements.set(text, statement);
    return statement;
  }
}
