import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Forms in which the same migrations are written down. */
export type Form = 'sql' | 'typeorm' | 'trilith-mongo' | 'mongo';

/** Sorts as it counts, and looks like a time in milliseconds to those who want one. */
const EPOCH_MS = 1_700_000_000_000;

const sqlOf = (number: number) =>
  `CREATE TABLE notes_${number} (id int PRIMARY KEY, text text NOT NULL);\n`;
const mongoOf = (number: number) =>
  `await db.collection('effects').insertOne({ _id: ${number}, text: 'of a migration' });`;

const FORMS: Readonly<Record<Form, (number: number) => [name: string, text: string]>> = {
  sql: (number) => [`${String(number).padStart(4, '0')}_notes.sql`, sqlOf(number)],
  typeorm: (number) => [
    `${EPOCH_MS + number}-notes.mjs`,
    `export class Notes${EPOCH_MS + number} {
  async up(runner) { await runner.query(${JSON.stringify(sqlOf(number))}); }
  async down() {}
}
`,
  ],
  'trilith-mongo': (number) => [
    `${String(number).padStart(4, '0')}_notes.mjs`,
    `export default {\n  async up({ db }) { ${mongoOf(number)} },\n};\n`,
  ],
  mongo: (number) => [
    `${EPOCH_MS + number}-notes.mjs`,
    `export const up = async (db) => { ${mongoOf(number)} };\n`,
  ],
};

/** Writes migrations from 1 to `count`; resolves to their folder. */
export function writeFiles(parent: string, form: Form, count: number): string {
  const folder = path.join(parent, `${form}-${count}`);
  mkdirSync(folder, { recursive: true });
  for (let number = 1; number <= count; number += 1) {
    const [name, text] = FORMS[form](number);
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
