import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresMigrationStore, verifySchema } from '@trilith/migrations';
import { postgresForTest, type PostgresForTest } from '@trilith/testing';
import pg from 'pg';

import { MonthlyPartitions } from '../src/activity/monthly-partitions.js';

const MIGRATIONS = new URL('../../../migrations/postgres', import.meta.url).pathname;

describe('the schema of the users database', () => {
  let postgres: PostgresForTest;
  let pool: pg.Pool;

  beforeAll(async () => {
    postgres = await postgresForTest();
    pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await postgres.close();
  });

  it('is the one that is checked in; if it should be another: npm run migrate -- verify --from-nothing --write', async () => {
    const store = postgresMigrationStore({ url: postgres.url });
    const report = await verifySchema({ store, directory: MIGRATIONS });
    await store.close();
    expect(report.drift ?? '').toBe('');
    expect([report.pending, report.problems]).toEqual([[], []]);
  });

  describe('with many accounts', () => {
    beforeAll(async () => {
      const now = new Date('2026-03-15T00:00:00Z');
      const policy = { aheadMonths: 1, retentionMonths: 3 };
      const partitions = new MonthlyPartitions({ pool, table: 'activity_events', ...policy });
      for (const month of ['01', '03']) {
        await partitions.maintain(new Date(`2026-${month}-15T00:00:00Z`));
      }
      await pool.query(
        `INSERT INTO accounts
           (id, email, username, password_hash, created_at, email_verified_at, last_signed_in_at)
         SELECT gen_random_uuid(), md5(n::text) || '@example.org', 'u_' || substr(md5(n::text), 1, 20),
                '$argon2id$', $1::timestamptz - n * interval '1 minute',
                CASE WHEN n % 50 = 0 THEN $1::timestamptz END,
                CASE WHEN n % 2 = 0 THEN $1::timestamptz - n * interval '1 second' END
           FROM generate_series(1, 20000) AS n`,
        [now],
      );
      await pool.query(
        `INSERT INTO profiles (account_id, display_name, preferences, metadata, bio)
         SELECT id, initcap(substr(md5(username), 1, 8)) || ' Zoë' || right(username, 3),
                jsonb_build_object('theme', substr(md5(email), 1, 2)),
                jsonb_build_object('origin', substr(md5(email), 3, 2)),
                'I like ' || substr(md5(email), 1, 4)
           FROM accounts`,
      );
      await pool.query(
        `INSERT INTO activity_events (id, account_id, kind, occurred_at)
         SELECT gen_random_uuid(), id, 'signed_in', $1::timestamptz - n * interval '10 days'
           FROM accounts CROSS JOIN generate_series(0, 4) AS n`,
        [now],
      );
      await pool.query('REFRESH MATERIALIZED VIEW CONCURRENTLY account_stats');
      // Also empties the lists of entries that the GIN indexes have still to take in.
      await pool.query('VACUUM ANALYZE');
    });

    async function planOf(query: string): Promise<string> {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    }

    it.each([
      ['accounts_email_key', "SELECT id FROM accounts WHERE email = 'a@b.c'"],
      ['accounts_username_', "SELECT id FROM accounts WHERE username = 'ada'"],
      [
        'accounts_verified_email',
        'SELECT email FROM accounts WHERE email_verified_at IS NOT NULL ORDER BY email LIMIT 100',
      ],
      ['accounts_newest', 'SELECT id FROM accounts ORDER BY created_at DESC, id DESC LIMIT 20'],
      [
        'accounts_newest',
        `SELECT id FROM accounts WHERE (created_at, id) < ('2026-03-10', gen_random_uuid())
         ORDER BY created_at DESC, id DESC LIMIT 20`,
      ],
      [
        'accounts_last_signed_in',
        'SELECT id FROM accounts ORDER BY last_signed_in_at DESC NULLS LAST, id DESC LIMIT 20',
      ],
      [
        'accounts_last_signed_in',
        `SELECT id FROM accounts WHERE last_signed_in_at IS NULL AND id < gen_random_uuid()
         ORDER BY last_signed_in_at DESC NULLS LAST, id DESC LIMIT 20`,
      ],
      [
        'profiles_by_name',
        `SELECT account_id FROM profiles
          WHERE (folded(display_name) COLLATE "C", account_id) > ('m', gen_random_uuid())
          ORDER BY folded(display_name) COLLATE "C", account_id LIMIT 20`,
      ],
      [
        'profiles_by_name',
        `SELECT account_id FROM profiles WHERE folded(display_name) COLLATE "C" LIKE 'ab%'
          ORDER BY folded(display_name) COLLATE "C", account_id LIMIT 20`,
      ],
      [
        'accounts_username_prefix',
        // What LIKE 'u\_d4%' becomes where the collation of the database is not C.
        "SELECT id FROM accounts WHERE username ~>=~ 'u_d4' AND username ~<~ 'u_d5'",
      ],
      [
        'accounts_username_trigrams',
        "SELECT id FROM accounts WHERE username % 'u_d41d8cd98f00b204'",
      ],
      ['accounts_username_trigrams', "SELECT id FROM accounts WHERE username LIKE '%d41d8cd9%'"],
      [
        'profiles_display_name_trigrams',
        "SELECT account_id FROM profiles WHERE folded(display_name) LIKE '%' || folded('D41D8CD9') || '%'",
      ],
      [
        'profiles_search_document',
        "SELECT account_id FROM profiles WHERE search_document @@ search_query('zoë123 like')",
      ],
      [
        'profiles_search_document',
        "SELECT account_id FROM profiles WHERE search_document @@ search_prefix_query('likes zoë12')",
      ],
      [
        'profiles_preferences',
        `SELECT account_id FROM profiles WHERE preferences @> '{"theme": "ab"}'`,
      ],
      ['profiles_metadata', `SELECT account_id FROM profiles WHERE metadata @> '{"origin": "ab"}'`],
      [
        'account_stats_account_key',
        "SELECT * FROM account_stats WHERE account_id = '00000000-0000-7000-8000-000000000000'",
      ],
      [
        'account_stats_most_events',
        'SELECT account_id FROM account_stats ORDER BY events DESC, account_id DESC LIMIT 20',
      ],
    ])('has the index %s for %s', async (index, query) => {
      const plan = await planOf(query);
      expect(plan).toContain(index);
      expect(plan).not.toContain('Seq Scan');
    });

    it('reads the activity of a busy account newest first without sorting all of it', async () => {
      const id = '00000000-0000-7000-8000-000000000001';
      await pool.query(
        `INSERT INTO accounts (id, email, username, password_hash)
         VALUES ($1, 'busy@example.org', 'busy', '$argon2id$')`,
        [id],
      );
      await pool.query(
        `INSERT INTO activity_events (id, account_id, kind, occurred_at)
         SELECT gen_random_uuid(), $1, 'signed_in', '2026-03-15Z'::timestamptz - n * interval '10 minutes'
           FROM generate_series(1, 5000) AS n`,
        [id],
      );
      await pool.query('ANALYZE activity_events');
      const plan = await planOf(
        `SELECT id FROM activity_events WHERE account_id = '${id}'
         ORDER BY occurred_at DESC, id DESC LIMIT 20`,
      );
      await pool.query('DELETE FROM accounts WHERE id = $1', [id]);
      expect(plan).toContain('account_id_occurred_at_id_idx');
      expect(plan).not.toContain('Sort ');
    });

    it('looks only at the partitions of the months that are asked for', async () => {
      const plan = await planOf(
        "SELECT count(*) FROM activity_events WHERE occurred_at >= '2026-02-01Z' AND occurred_at < '2026-03-01Z'",
      );
      expect(plan).toContain('activity_events_2026_02');
      expect(plan).not.toMatch(/activity_events_2026_0[13]/);
    });

    it('finds names whatever their accents and case are, and words of the prose after them', async () => {
      const { rows } = await pool.query<{ name: string }>(
        `UPDATE profiles SET display_name = 'Zoë Ångström', bio = 'Spectra'
          WHERE account_id = (SELECT id FROM accounts LIMIT 1) RETURNING display_name AS name`,
      );
      expect(rows).toHaveLength(1);
      for (const words of ['zoe angstrom', 'ANGSTRÖM', 'zoë spectra']) {
        const found = await pool.query<{ name: string }>(
          `SELECT display_name AS name FROM profiles
            WHERE search_document @@ search_query($1)`,
          [words],
        );
        expect(found.rows).toContainEqual({ name: 'Zoë Ångström' });
      }
    });

    it('counts the activity of each account, of those without any too, and is refreshed beside readers', async () => {
      await pool.query(
        `INSERT INTO accounts (id, email, username, password_hash)
         VALUES (gen_random_uuid(), 'idle@example.org', 'idle', '$argon2id$')`,
      );
      const reader = await pool.connect();
      await reader.query('BEGIN; SELECT count(*) FROM account_stats');
      await pool.query('REFRESH MATERIALIZED VIEW CONCURRENTLY account_stats');
      await reader.query('COMMIT');
      reader.release();
      const { rows } = await pool.query<{ events: string; days: string; n: string }>(
        `SELECT events, active_days AS days, count(*) AS n FROM account_stats GROUP BY 1, 2 ORDER BY 1`,
      );
      expect(rows).toEqual([
        { events: '0', days: '0', n: '1' },
        { events: '5', days: '5', n: '20000' },
      ]);
    });

    it('deletes the activity of an account with it', async () => {
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM accounts LIMIT 1 OFFSET 5');
      await pool.query('DELETE FROM accounts WHERE id = $1', [rows[0]?.id]);
      const left = await pool.query('SELECT FROM activity_events WHERE account_id = $1', [
        rows[0]?.id,
      ]);
      expect(left.rows).toEqual([]);
    });
  });

  it.each([
    ['an e-mail address in capitals', `email = 'A@b.c'`],
    ['a username in capitals', `username = 'Ada_L'`],
  ])('refuses %s, so that none is taken twice in another case', async (_what, assignment) => {
    await pool.query(
      `INSERT INTO accounts (id, email, username, password_hash)
       VALUES (gen_random_uuid(), 'case@b.c', 'case_only', '$argon2id$') ON CONFLICT DO NOTHING`,
    );
    const update = pool.query(`UPDATE accounts SET ${assignment} WHERE username = 'case_only'`);
    await expect(update).rejects.toMatchObject({ code: '23514' });
  });
});
