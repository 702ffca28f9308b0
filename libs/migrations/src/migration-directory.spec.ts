import { mkdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { TestDirectory } from '../test/directory.js';
import { describeProblem } from './history-problem.js';
import { readMigrationDirectory } from './migration-directory.js';

const sentencesAbout = async (files: Record<string, string>, extensions = ['.sql']) => {
  using directory = new TestDirectory(files);
  const { problems } = await readMigrationDirectory(directory.path, extensions);
  return problems.map(describeProblem);
};

describe('readMigrationDirectory', () => {
  it('gives files by version, whatever the order of their names', async () => {
    using directory = new TestDirectory({
      '10000_c.sql': '',
      '0002_b.sql': '',
      '0010_a_1.sql': '',
    });
    const { files, problems } = await readMigrationDirectory(directory.path, ['.sql']);
    expect(files.map(({ version, name }) => [version, name])).toEqual([
      [2, 'b'],
      [10, 'a_1'],
      [10000, 'c'],
    ]);
    expect(problems).toEqual([]);
  });

  it('leaves other files and folders alone', async () => {
    using directory = new TestDirectory({
      '0001_a.sql': 'SELECT 1;',
      'README.md': '',
      'schema.sql': '',
      '0001_a.sql.orig': '',
    });
    mkdirSync(directory.file('0002_folder.sql'));
    const { files, problems } = await readMigrationDirectory(directory.path, ['.sql']);
    expect(files.map(({ fileName }) => fileName)).toEqual(['0001_a.sql']);
    expect(problems).toEqual([]);
  });

  it('takes a byte order mark off, which a store would take for a mistake', async () => {
    using directory = new TestDirectory({ '0001_a.sql': '\uFEFFSELECT 1;' });
    const { files } = await readMigrationDirectory(directory.path, ['.sql']);
    expect(files[0]?.text).toBe('SELECT 1;');
  });

  it.each([
    '1_a.sql',
    '0001.sql',
    '0001-a.sql',
    '0001_A.sql',
    '0001_a__b.sql',
    'a.sql',
    '0000_a.sql',
  ])('names %s as no name of a migration', async (name) => {
    const sentences = await sentencesAbout({ [name]: '' });
    expect(sentences).toEqual([expect.stringContaining(`${name}: not a migration's name`)]);
  });

  it('names files that share a version, also with other extensions', async () => {
    const files = { '0001_a.ts': '', '0001_b.js': '', '0002_c.ts': '' };
    expect(await sentencesAbout(files, ['.ts', '.js'])).toEqual([
      'version 0001 exists twice: 0001_a.ts, 0001_b.js; give the newer one the next free number',
    ]);
  });

  it('says so when the directory is not there', async () => {
    const reading = readMigrationDirectory('/no/such/folder', ['.sql']);
    await expect(reading).rejects.toThrow(
      /^cannot read the directory of migrations: ENOENT.*no\/such\/folder/,
    );
  });

  it('says so when the directory holds no migration, which is most often the wrong one', async () => {
    using directory = new TestDirectory({ '0001_a.ts': '' });
    const reading = readMigrationDirectory(directory.path, ['.sql']);
    await expect(reading).rejects.toThrow('no migration there (*.sql)');
  });
});
