import { describe, expect, it } from '@jest/globals';
import { describeProblem } from './history-problem.js';
import { compareHistory } from './history.js';
import { parseFileName, type MigrationFile } from './migration-file.js';
import type { LedgerEntry } from './migration-store.js';

/** Files named as given; the text after `=` stands for the checksum. */
function files(...names: string[]): MigrationFile[] {
  return names.map((each) => {
    const [stem = '', checksum = 'same'] = each.split('=');
    const parsed = parseFileName(`${stem}.sql`) ?? { version: 0, name: '' };
    return { ...parsed, fileName: `${stem}.sql`, path: `/${stem}.sql`, text: '', checksum };
  });
}

function entries(...names: string[]): LedgerEntry[] {
  return files(...names).map(({ version, name, checksum }) => ({
    version,
    name,
    checksum,
    state: 'applied',
    executedAt: new Date(0),
    durationMs: 1,
    executedBy: 'somebody',
    appVersion: undefined,
    breaking: false,
    progress: undefined,
  }));
}

const compare = (present: MigrationFile[], ledger: LedgerEntry[]) =>
  compareHistory({ files: present, problems: [] }, ledger);

describe('compareHistory', () => {
  it('finds files pending that the ledger does not know', () => {
    const history = compare(files('0001_a', '0002_b', '0003_c'), entries('0001_a'));
    expect(history.pending.map(({ fileName }) => fileName)).toEqual(['0002_b.sql', '0003_c.sql']);
    expect(history.problems).toEqual([]);
  });

  it('finds one pending that was started and never finished, edited or not', () => {
    const started = entries('0002_b=before').map((entry) => ({
      ...entry,
      state: 'started' as const,
    }));
    const history = compare(files('0001_a', '0002_b=after'), [...entries('0001_a'), ...started]);
    expect(history.pending.map(({ fileName }) => fileName)).toEqual(['0002_b.sql']);
    expect(history.problems).toEqual([]);
  });

  it.each([
    {
      what: 'an edited file',
      present: files('0001_a=11', '0002_b=new'),
      ledger: entries('0001_a=11', '0002_b=old'),
      sentence:
        /^0002_b\.sql was modified after execution: executed as 0002_b with checksum old, now new; restore .* or, .* by "repair"/,
    },
    {
      what: 'the edited file though it is not the latest',
      present: files('0001_a=new', '0002_b'),
      ledger: entries('0001_a=old', '0002_b'),
      sentence: /^0001_a\.sql was modified after execution/,
    },
    {
      what: 'another file under the number of an applied one',
      present: files('0001_x=new'),
      ledger: entries('0001_a=old'),
      sentence: /^0001_x\.sql was modified after execution: executed as 0001_a /,
    },
    {
      what: 'an applied version without a file',
      present: files('0001_a', '0003_c'),
      ledger: entries('0001_a', '0002_b', '0003_c'),
      sentence: /^0002_b is in the ledger, but its file is missing/,
    },
    {
      what: 'a file older than what was applied',
      present: files('0001_a', '0002_b', '0003_c'),
      ledger: entries('0001_a', '0003_c'),
      sentence: /^0002_b\.sql was never applied, but the later 0003_c was/,
    },
    {
      what: 'a gap',
      present: files('0001_a', '0005_b'),
      ledger: [],
      sentence: /^version 0002 is missing before 0005_b\.sql/,
    },
    {
      what: 'a gap at the beginning',
      present: files('0002_b'),
      ledger: [],
      sentence: /^version 0001 is missing before 0002_b\.sql/,
    },
  ])('names $what', ({ present, ledger, sentence }) => {
    const sentences = compare(present, ledger).problems.map(describeProblem);
    expect(sentences).toEqual([expect.stringMatching(sentence)]);
  });

  it('accepts a renamed file, whose text is what counts', () => {
    expect(compare(files('0001_better_name'), entries('0001_a')).problems).toEqual([]);
  });
});
