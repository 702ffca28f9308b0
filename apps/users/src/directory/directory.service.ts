import { Injectable } from '@nestjs/common';
import type { Caller } from '@trilith/auth';
import { Pager } from '@trilith/pagination';

import { ACCOUNT_LISTS, type AccountList, BY_PROFILE, byProfile } from './account-lists.js';
import { OrderForAdminsError } from './directory.errors.js';
import { DirectoryRepository, type ListedRow } from './directory.repository.js';
import type {
  AccountPage,
  AccountsQuery,
  ByProfileQuery,
  ListedAccount,
} from './dto/directory.dto.js';

const COLUMNS = ['preferences', 'metadata'] as const;

/** Lists of accounts, page by page. */
@Injectable()
export class DirectoryService {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly pager: Pager,
  ) {}

  /**
   * @throws OrderForAdminsError
   * @throws InvalidCursorError for a cursor that this list did not give
   */
  async accounts({ sort, ...page }: AccountsQuery, caller: Caller): Promise<AccountPage> {
    const { list, sql, forAdmins }: AccountList = ACCOUNT_LISTS[sort];
    if (forAdmins && !caller.roles.includes('admin')) throw new OrderForAdminsError();
    const { items, ...cursors } = await this.pager.read(page, {
      list,
      read: (slice) => this.directory.page(sql, slice),
      positionOf: ({ position }) => position,
    });
    return { items: items.map(shown), ...cursors };
  }

  /**
   * The accounts whose preferences and metadata hold what is asked for, newest first.
   *
   * @throws InvalidCursorError for a cursor that this list did not give for the same question
   */
  async byProfile({ preferences, metadata, ...page }: ByProfileQuery): Promise<AccountPage> {
    const asked = { preferences, metadata };
    const columns = COLUMNS.filter((column) => asked[column] !== undefined);
    const sql = byProfile(columns);
    const parameters = columns.map((column) => asked[column]);
    const { items, ...cursors } = await this.pager.read(page, {
      list: BY_PROFILE,
      scope: [preferences ?? null, metadata ?? null],
      read: (slice) => this.directory.page(sql, slice, parameters),
      positionOf: ({ position }) => position,
    });
    return { items: items.map(shown), ...cursors };
  }
}

/** Field by field, so that a column added later shows nowhere by accident. */
function shown(row: ListedRow): ListedAccount {
  const { id, username, displayName, bio, avatarUrl, version, createdAt, lastSignedInAt } = row;
  return {
    id,
    username,
    displayName,
    bio,
    avatarUrl,
    version,
    createdAt: createdAt.toISOString(),
    ...(lastSignedInAt !== undefined && { lastSignedInAt: lastSignedInAt?.toISOString() ?? null }),
  };
}
