import { afterEach, beforeEach } from '@jest/globals';
import { MongoClient, type Collection, type Document } from 'mongodb';
import { Migrator, type UpReport } from '../src/index.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo } from './mongo-under-test.js';

type Note = { _id: unknown; seen?: number } & Document;

/** A database with a collection of notes for each test, and a folder of migrations that change it. */
export class MongoNotes {
  database!: TestDatabase;
  directory!: TestDirectory;
  client!: MongoClient;
  /** What the runner told. */
  readonly lines: string[] = [];

  /** Makes all anew for each test of the suite that calls this. */
  static forEachTest(): MongoNotes {
    const given = new MongoNotes();
    beforeEach(async () => given.begin());
    afterEach(async () => given.end());
    return given;
  }

  get notes(): Collection<Note> {
    return this.client.db().collection<Note>('notes');
  }

  migrator(folder = this.directory.path): Migrator {
    const logger = { info: (line: string) => this.lines.push(line), warn: () => undefined };
    return new Migrator({ store: this.database.open(), directory: folder, logger });
  }

  async up(name: string, text: string): Promise<UpReport> {
    this.directory.write({ [name]: text });
    return this.migrator().up();
  }

  async fill(count: number): Promise<void> {
    await this.notes.insertMany(
      Array.from({ length: count }, (_each, index) => ({ _id: index + 1 })),
    );
  }

  /** How often each was changed. */
  async counts(): Promise<(number | undefined)[]> {
    return (await this.notes.find().sort({ _id: 1 }).toArray()).map((each) => each.seen);
  }

  private async begin(): Promise<void> {
    this.database = await createMongo();
    this.directory = new TestDirectory();
    this.client = new MongoClient(this.database.url);
    this.lines.splice(0);
  }

  private async end(): Promise<void> {
    this.directory[Symbol.dispose]();
    await this.client.close();
    await this.database.drop();
  }
}
