import { describe, expect, it } from '@jest/globals';
import { table } from '../table.ts';

describe('a table', () => {
  const head = ['service', 'address'];
  const rows = [
    ['users', 'http://127.0.0.1:3001'],
    ['analytics', 'http://127.0.0.1:3003'],
  ];

  it('is plain columns where nobody looks at a terminal', () => {
    expect(table(head, rows, { terminal: false })).toBe(
      [
        'service    address',
        'users      http://127.0.0.1:3001',
        'analytics  http://127.0.0.1:3003',
      ].join('\n'),
    );
  });

  it('is drawn on a terminal, one line a row', () => {
    const lines = table(head, rows, { terminal: true }).split('\n');
    expect(lines).toHaveLength(rows.length + 3);
    expect(lines.join('\n')).toContain('http://127.0.0.1:3003');
  });
});
