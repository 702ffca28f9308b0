import { Injectable } from '@nestjs/common';
import { type Positioned, selectPage, type Slice, type SqlList } from '@trilith/pagination';

import { ReplicaReads } from '../database/replica-reads.js';

/** An account in a list, as it is stored. `lastSignedInAt` in lists for admins. */
export interface ListedRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly bio: string | null;
  readonly avatarUrl: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly lastSignedInAt?: Date | null;
}

/** Reads lists of accounts, which may lag. */
@Injectable()
export class DirectoryRepository {
  constructor(private readonly reads: ReplicaReads) {}

  page(
    list: SqlList,
    slice: Slice,
    parameters: readonly unknown[] = [],
  ): Promise<Positioned<ListedRow>[]> {
    const { text, values } = selectPage(list, slice, parameters);
    return this.reads.query<Positioned<ListedRow>>(text, values);
  }
}
