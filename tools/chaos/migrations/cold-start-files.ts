import { fileName } from './migration-folder.ts';

/** How many files a cold start applies. */
export const FILES = 8;
/** Which of them builds an index concurrently. */
const CONCURRENTLY = 5;

const POSTGRES_FIRST = `CREATE TABLE effects (version int NOT NULL);
CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
INSERT INTO notes (text) SELECT 'note ' || n FROM generate_series(1, 20000) n`;

/** For PostgreSQL: each inserts a row into `effects`, without a uniqueness: a second one shows. */
export function postgresFiles(): Record<string, string> {
  const texts = versions().map((version) => {
    const effect = `INSERT INTO effects (version) VALUES (${version})`;
    if (version === 1) return `${POSTGRES_FIRST};\n${effect};\n`;
    if (version !== CONCURRENTLY) {
      return `ALTER TABLE notes ADD COLUMN column_${version} int;\n${effect};\n`;
    }
    const index = 'CREATE INDEX CONCURRENTLY notes_text ON notes (text)';
    return `-- migrate: no-transaction\n${effect};\n${index};\n`;
  });
  return named(texts, '.sql');
}

/** For MongoDB, the same by documents. */
export function mongoFiles(): Record<string, string> {
  const texts = versions().map((version) => {
    const build = `await ensureIndexes('notes', [{ name: 'notes_text', key: { text: 1 } }]);`;
    return `export default {
  async up({ db, ensureIndexes }) {
    ${version === 1 ? `await db.collection('notes').insertMany(Array.from({ length: 500 }, (_, n) => ({ text: 'note ' + n })));` : ''}
    ${version === CONCURRENTLY ? build : ''}
    await db.collection('effects').insertOne({ version: ${version} });
  },
};
`;
  });
  return named(texts, '.mjs');
}

function versions(): number[] {
  return Array.from({ length: FILES }, (_, index) => index + 1);
}

function named(texts: readonly string[], extension: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text, index) => [fileName(index + 1, 'step', extension), text]),
  );
}
