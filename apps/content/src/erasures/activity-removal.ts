import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';

import { databaseOf } from '../database/connection.js';
import { type OnStep, STEP } from './on-step.js';

/** Removes what is known of an account's activity (the collection of migration 0003). */
@Injectable()
export class ActivityRemoval {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  async removeAllOf(accountId: string, onStep: OnStep): Promise<void> {
    const activity = databaseOf(this.connection).collection<{ _id: string }>('activity');
    for (;;) {
      const found = await activity
        .find({ accountId }, { projection: { _id: 1 }, limit: STEP })
        .toArray();
      if (found.length === 0) return;
      await activity.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
      await onStep();
    }
  }
}
