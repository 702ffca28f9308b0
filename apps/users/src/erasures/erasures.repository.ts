import { readFileSync } from 'node:fs';

import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';

import { Erasure } from './erasure.entity.js';

const sql = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const CONFIRM_PART = sql('./confirm-part.sql');
const CLAIM_OVERDUE = sql('./claim-overdue.sql');
const DELETE_ACTIVITY = sql('./delete-activity.sql');
const DELETE_ACCOUNT = 'DELETE FROM accounts WHERE id = $1 AND erased_at IS NOT NULL';

/** Who erases a part. */
export type ErasingService = 'users' | 'content' | 'analytics';

/** An erasure that is not over. */
export interface OpenErasure {
  readonly erasureId: string;
  readonly accountId: string;
}

/** Queries on erasures, inside the caller's transaction where there is one. */
@Injectable()
export class ErasuresRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  async insert({ erasureId, accountId }: OpenErasure): Promise<void> {
    await this.erasures.insert({ id: erasureId, accountId });
  }

  find(id: string): Promise<Erasure | null> {
    return this.erasures.findOneBy({ id });
  }

  async confirm(erasureId: string, service: ErasingService): Promise<void> {
    await this.transaction.tx.query(CONFIRM_PART, [erasureId, service]);
  }

  /** Those whose services were last asked before a time. */
  async claimOverdue(before: Date, limit: number): Promise<OpenErasure[]> {
    const [rows] = await this.transaction.tx.query<[OpenErasure[], number]>(CLAIM_OVERDUE, [
      before,
      limit,
    ]);
    return rows;
  }

  /** Tells how many rows went. */
  async deleteActivity(accountId: string, limit: number): Promise<number> {
    const [, deleted] = await this.transaction.tx.query<[unknown[], number]>(DELETE_ACTIVITY, [
      accountId,
      limit,
    ]);
    return deleted;
  }

  /** With all that refers to it. */
  async deleteAccount(accountId: string): Promise<void> {
    await this.transaction.tx.query(DELETE_ACCOUNT, [accountId]);
  }

  async forget(completedBefore: Date): Promise<void> {
    await this.erasures.delete({ completedAt: LessThan(completedBefore) });
  }

  private get erasures() {
    return this.transaction.tx.getRepository(Erasure);
  }
}
