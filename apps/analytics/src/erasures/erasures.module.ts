import { Module } from '@nestjs/common';

import { LeaderboardsModule } from '../leaderboards/leaderboards.module.js';
import { ErasuresConsumer } from './erasures.consumer.js';

/** This service's part in forgetting accounts. */
@Module({ imports: [LeaderboardsModule], controllers: [ErasuresConsumer] })
export class ErasuresModule {}
