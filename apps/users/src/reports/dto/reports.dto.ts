import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

export const signUpsQuery = z.strictObject({
  months: wholeNumber({ min: 1, max: 120 }).prefault(12),
});
export type SignUpsQuery = z.output<typeof signUpsQuery>;

export const signUpsReport = z.object({
  asOf: z.iso.datetime().describe('When it was counted.'),
  months: z.array(
    z.object({
      month: z.string().describe('In UTC: `2026-01`.'),
      signUps: z.int(),
      total: z.int().describe('Accounts of today that were there at its end.'),
      change: z.int().describe('Against the month before.'),
    }),
  ),
});
export type SignUpsReport = z.output<typeof signUpsReport>;

export const activeAccountsQuery = z.strictObject({
  per: z.enum(['day', 'week', 'month']).prefault('day'),
  spans: wholeNumber({ min: 1, max: 100 }).prefault(30),
});
export type ActiveAccountsQuery = z.output<typeof activeAccountsQuery>;

export const activeAccountsReport = z.object({
  asOf: z.iso.datetime().describe('When it was counted; the last span may not be over then.'),
  spans: z.array(
    z.object({
      begins: z.iso.date().describe('In UTC; weeks begin on Monday.'),
      accounts: z.int().describe('Accounts that did anything.'),
    }),
  ),
});
export type ActiveAccountsReport = z.output<typeof activeAccountsReport>;

export const accountStatsQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 100 }).prefault(10),
});
export type AccountStatsQuery = z.output<typeof accountStatsQuery>;

export const accountStatsReport = z.object({
  refreshedAt: z.iso
    .datetime()
    .nullable()
    .describe('What it holds was true then; null: not known.'),
  ageSeconds: z.int().nullable(),
  accounts: z.int(),
  activeAccounts: z.int().describe('Accounts with any activity that is still kept.'),
  events: z.int(),
  mostActive: z.array(
    z.object({
      accountId: z.uuid(),
      events: z.int(),
      activeDays: z.int(),
      lastEventAt: z.iso.datetime(),
    }),
  ),
});
export type AccountStatsReport = z.output<typeof accountStatsReport>;

export const refreshStarted = z.object({ status: z.literal('started') });
export type RefreshStarted = z.output<typeof refreshStarted>;
