import { Injectable } from '@nestjs/common';

import type { PostLeaderboardQuery, RankedPosts } from './dto/ranked-posts.dto.js';
import { PostLeaderboard } from './post-leaderboard.js';

/** Boards as readers see them. */
@Injectable()
export class LeaderboardsService {
  constructor(private readonly board: PostLeaderboard) {}

  /** The posts with the most attention, the best first. */
  async posts({ limit }: PostLeaderboardQuery): Promise<RankedPosts> {
    const ranked = await this.board.top(limit);
    const items = ranked.map(({ rank, member, label, score, acts }) => ({
      rank,
      postId: member,
      title: label,
      score,
      views: acts.view,
      likes: acts.like,
      comments: acts.comment,
    }));
    return { items };
  }
}
