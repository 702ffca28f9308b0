/** One text that breaks a rule, and texts like it that do not. */
export interface RuleCase {
  readonly rule: string;
  /** Files of earlier releases. */
  readonly before?: readonly string[];
  readonly breaks: readonly string[];
  readonly keeps: readonly string[];
}

export const NO_TRANSACTION = '-- migrate: no-transaction\n';
export const TABLE =
  'CREATE TABLE t (id int PRIMARY KEY, a varchar(30), n numeric(10, 2), at timestamptz(3));';
export const PARTITIONED =
  'CREATE TABLE p (id int, at timestamptz NOT NULL) PARTITION BY RANGE (at);' +
  'CREATE TABLE l (id int, kind text) PARTITION BY LIST (kind);';
