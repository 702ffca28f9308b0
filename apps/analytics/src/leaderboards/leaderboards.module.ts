import { Module } from '@nestjs/common';

import { AuthorLeaderboard } from './author-leaderboard.js';
import { LeaderboardsConsumer } from './leaderboards.consumer.js';
import { LeaderboardsController } from './leaderboards.controller.js';
import { LeaderboardsService } from './leaderboards.service.js';
import { PostLeaderboard } from './post-leaderboard.js';

@Module({
  controllers: [LeaderboardsController, LeaderboardsConsumer],
  providers: [LeaderboardsService, PostLeaderboard, AuthorLeaderboard],
  exports: [PostLeaderboard, AuthorLeaderboard],
})
export class LeaderboardsModule {}
