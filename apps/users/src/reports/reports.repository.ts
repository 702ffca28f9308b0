import { readFileSync } from 'node:fs';

import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { ReplicaReads } from '../database/replica-reads.js';
import type {
  AccountStatsReport,
  ActiveAccountsQuery,
  ActiveAccountsReport,
  SignUpsQuery,
  SignUpsReport,
} from './dto/reports.dto.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const SIGN_UPS = sql('sign-ups');
const ACTIVE_ACCOUNTS = sql('active-accounts');
const ACCOUNT_STATS = sql('account-stats');

/** What {@link ReportsRepository.accountStats} reads. */
export type StoredAccountStats = Omit<AccountStatsReport, 'refreshedAt' | 'ageSeconds'> & {
  readonly refreshedAt: Date | null;
};

/** Queries of reports. Those that count live go to a read replica where there is one. */
@Injectable()
export class ReportsRepository {
  constructor(
    private readonly replicas: ReplicaReads,
    private readonly primary: Pool,
  ) {}

  signUps({ months }: SignUpsQuery, now: Date): Promise<SignUpsReport['months']> {
    return this.replicas.query(SIGN_UPS, [now.toISOString(), months]);
  }

  activeAccounts(
    { per, spans }: ActiveAccountsQuery,
    now: Date,
  ): Promise<ActiveAccountsReport['spans']> {
    return this.replicas.query(ACTIVE_ACCOUNTS, [per, now.toISOString(), spans]);
  }

  /** From the primary, for a refresh takes it out of the cache: see {@link ReplicaReads}. */
  async accountStats(limit: number): Promise<StoredAccountStats> {
    const { rows } = await this.primary.query<StoredAccountStats>(ACCOUNT_STATS, [limit]);
    const [stats] = rows;
    if (!stats) throw new Error('account-stats.sql gave no row');
    return stats;
  }
}
