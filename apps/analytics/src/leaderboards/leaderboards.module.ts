import { Module } from '@nestjs/common';

import { LeaderboardsConsumer } from './leaderboards.consumer.js';
import { LeaderboardsController } from './leaderboards.controller.js';
import { LeaderboardsService } from './leaderboards.service.js';
import { PostLeaderboard } from './post-leaderboard.js';

@Module({
  controllers: [LeaderboardsController, LeaderboardsConsumer],
  providers: [LeaderboardsService, PostLeaderboard],
})
export class LeaderboardsModule {}
