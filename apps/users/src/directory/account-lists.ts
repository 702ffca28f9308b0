import { defineList, type ListDefinition, type SqlList } from '@trilith/pagination';

/** What everybody may see of an account, and no other column. */
const EVERYBODY = {
  id: 'account.id',
  username: 'account.username',
  displayName: 'profile.display_name',
  bio: 'profile.bio',
  avatarUrl: 'profile.avatar_url',
  version: 'account.version',
  createdAt: 'account.created_at',
};
/** For admins. */
const LAST_SIGN_IN = { lastSignedInAt: 'account.last_signed_in_at' };

const ACCOUNTS = 'accounts AS account JOIN profiles AS profile ON profile.account_id = account.id';
/** Those that their owners closed or had erased are in no list. */
const PRESENT = 'account.deactivated_at IS NULL AND account.erased_at IS NULL';
const ACCOUNT_ID = { sql: 'account.id', type: 'uuid' };

/** A list of accounts: its order, how it is read, and who may see it. */
export interface AccountList {
  readonly list: ListDefinition;
  readonly sql: SqlList;
  readonly forAdmins: boolean;
}

/** The orders of the list of all accounts. Each has an index. */
export const ACCOUNT_LISTS = {
  newest: {
    list: defineList('accounts:newest', { createdAt: 'desc', id: 'desc' }),
    sql: {
      select: EVERYBODY,
      from: ACCOUNTS,
      where: PRESENT,
      keys: { createdAt: { sql: 'account.created_at', type: 'timestamptz' }, id: ACCOUNT_ID },
    },
    forAdmins: false,
  },
  name: {
    list: defineList('accounts:name', { name: 'asc', id: 'asc' }),
    sql: {
      select: EVERYBODY,
      from: ACCOUNTS,
      where: PRESENT,
      keys: {
        name: { sql: 'folded(profile.display_name) COLLATE "C"', type: 'text' },
        // The profile's: one index then holds both keys.
        id: { sql: 'profile.account_id', type: 'uuid' },
      },
    },
    forAdmins: false,
  },
  last_sign_in: {
    list: defineList('accounts:last-sign-in', {
      lastSignedInAt: { direction: 'desc', nulls: 'last' },
      id: 'desc',
    }),
    sql: {
      select: { ...EVERYBODY, ...LAST_SIGN_IN },
      from: ACCOUNTS,
      where: PRESENT,
      keys: {
        lastSignedInAt: { sql: 'account.last_signed_in_at', type: 'timestamptz' },
        id: ACCOUNT_ID,
      },
    },
    forAdmins: true,
  },
} satisfies Record<string, AccountList>;

/** The accounts whose profile holds something, in the order of their ids, which is that of sign-up. */
export const BY_PROFILE = defineList('accounts:by-profile', { id: 'desc' });

/**
 * @param columns which of the two JSON columns hold something; the parameters follow in this order
 */
export function byProfile(columns: readonly ('preferences' | 'metadata')[]): SqlList {
  const holds = columns.map((column, index) => `${column} @> $${index + 1}::jsonb`).join(' AND ');
  // Materialized, or for a value that few have, all accounts may be read in the order of the list.
  const matching = `WITH holding AS MATERIALIZED (SELECT account_id FROM profiles WHERE ${holds})
    SELECT account_id FROM holding`;
  return {
    select: { ...EVERYBODY, ...LAST_SIGN_IN },
    from: `(${matching}) AS holding
      JOIN accounts AS account ON account.id = holding.account_id
      JOIN profiles AS profile ON profile.account_id = holding.account_id`,
    where: PRESENT,
    keys: { id: { sql: 'holding.account_id', type: 'uuid' } },
  };
}
