import type { Form } from './files.ts';

/** A runner, as a case shows it. */
export interface Player {
  /** Heads a column. */
  readonly name: string;
  /** A file in `runners/`, without `.ts`. */
  readonly runner: string;
  readonly form: Form;
}

/** One that ours is measured against. */
export interface OtherPlayer extends Player {
  readonly differs: string;
  /** Whom nobody has to beat: the least that could do. */
  readonly isFloor?: boolean;
}

/** Who plays on one store. */
export interface Field {
  readonly store: string;
  readonly ours: Player;
  readonly others: readonly OtherPlayer[];
}

const FLOOR =
  'a list of names and nothing else: no lock, no checksum, no time, no second runner, and no way to go on ' +
  'after a crash';

export const NODE_PG_MIGRATE_EACH: OtherPlayer = {
  name: 'node-pg-migrate, a transaction each',
  runner: 'node-pg-migrate-each',
  form: 'sql',
  differs: 'the same, and each file commits by itself, as with ours',
};

export const POSTGRES: Field = {
  store: 'PostgreSQL',
  ours: { name: 'Trilith', runner: 'trilith-postgres', form: 'sql' },
  others: [
    {
      name: 'node-pg-migrate',
      runner: 'node-pg-migrate-one',
      form: 'sql',
      differs:
        'takes an advisory lock also with nothing to do; keeps names without checksums, and so does not ' +
        'notice an edited file; all pending files are one transaction, so that one that fails takes ' +
        'back the others',
    },
    {
      name: 'umzug',
      runner: 'umzug-postgres',
      form: 'sql',
      differs:
        'no lock and no checksums; its storage here is a table of names, written after each file and ' +
        'not in one transaction with it',
    },
    {
      name: 'TypeORM',
      runner: 'typeorm',
      form: 'typeorm',
      differs:
        'no lock and no checksums; migrations are classes, each in a transaction with its row',
    },
    { name: 'pg alone', runner: 'floor-postgres', form: 'sql', isFloor: true, differs: FLOOR },
  ],
};

export const MONGO: Field = {
  store: 'MongoDB',
  ours: { name: 'Trilith', runner: 'trilith-mongo', form: 'trilith-mongo' },
  others: [
    {
      name: 'migrate-mongo',
      runner: 'migrate-mongo',
      form: 'mongo',
      differs:
        'as its template has it: no lock, no checksums, and nothing is written before a migration ' +
        'begins, so that one that was cut off leaves no trace. Ours writes that it begins, with majority ' +
        'write concern',
    },
    {
      name: 'umzug',
      runner: 'umzug-mongo',
      form: 'mongo',
      differs: 'its own storage for MongoDB: names alone; no lock, no checksums, nothing before',
    },
    { name: 'mongodb alone', runner: 'floor-mongo', form: 'mongo', isFloor: true, differs: FLOOR },
  ],
};
