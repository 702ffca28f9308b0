import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import type {
  AccountStatsReport,
  ActiveAccountsQuery,
  ActiveAccountsReport,
  SignUpsQuery,
  SignUpsReport,
} from './dto/reports.dto.js';
import { ReportsRepository } from './reports.repository.js';

/** Ends the cached reports that come from the view. */
export const ACCOUNT_STATS_TAG = 'reports:account-stats';
/** Ends the cached reports that count accounts: for whoever adds or removes many of them. */
const SIGN_UPS_TAG = 'reports:sign-ups';

/** Nobody needs to the second what takes a second to count. */
const timing = { ttlMs: 60_000, graceMs: 600_000, earlyRefresh: 0.8 };

/** Reports, counted once a minute for all replicas. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportsRepository,
    private readonly cache: TieredCache,
  ) {}

  signUps(query: SignUpsQuery): Promise<SignUpsReport> {
    return this.cache.getOrSet(
      `reports:sign-ups:${query.months}`,
      async () => {
        const now = new Date();
        return { asOf: now.toISOString(), months: await this.reports.signUps(query, now) };
      },
      { ...timing, tags: [SIGN_UPS_TAG] },
    );
  }

  activeAccounts(query: ActiveAccountsQuery): Promise<ActiveAccountsReport> {
    return this.cache.getOrSet(
      `reports:active-accounts:${query.per}:${query.spans}`,
      async () => {
        const now = new Date();
        return { asOf: now.toISOString(), spans: await this.reports.activeAccounts(query, now) };
      },
      timing,
    );
  }

  /** The age is that of this moment, however long the rest has been in the cache. */
  async accountStats(limit: number): Promise<AccountStatsReport> {
    const { refreshedAt, ...stats } = await this.cache.getOrSet(
      `reports:account-stats:${limit}`,
      async () => {
        const read = await this.reports.accountStats(limit);
        return { ...read, refreshedAt: read.refreshedAt?.toISOString() ?? null };
      },
      { ...timing, tags: [ACCOUNT_STATS_TAG] },
    );
    const ageMs = refreshedAt === null ? null : Date.now() - Date.parse(refreshedAt);
    const ageSeconds = ageMs === null ? null : Math.max(0, Math.round(ageMs / 1_000));
    return { ...stats, refreshedAt, ageSeconds };
  }
}
