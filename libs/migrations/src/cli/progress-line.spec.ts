import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { describeProgress, ProgressLine } from './progress-line.js';

const progress = { store: 'postgres', migration: '0003_likes', number: 3, of: 4 };

describe('the progress line', () => {
  it('shows which file runs, for how long, and how far it is', () => {
    expect(describeProgress(progress, 12_400)).toBe(
      'postgres [##########..........] 3/4 0003_likes 12 s',
    );
    expect(describeProgress({ ...progress, done: 400, total: 1000 }, 0)).toBe(
      'postgres [############........] 3/4 0003_likes 0 s, 400 of 1000',
    );
    expect(describeProgress({ ...progress, done: 400 }, 0)).toMatch(/ 0 s, 400$/);
  });

  it('makes room for lines that stay, and leaves nothing behind', async () => {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        written.push(String(chunk));
        done();
      },
    });
    const line = new ProgressLine(stream);
    line.show(progress);
    while (written.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    line.end();
    expect(written).toEqual([expect.stringMatching(/^postgres \[/), '\r\u001B[2K']);
    line.clear();
    expect(written).toHaveLength(2);
  });
});
