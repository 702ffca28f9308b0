import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import type { PostLeaderboardQuery, RankedPost, RankedPosts } from './dto/ranked-posts.dto.js';
import type { RankedMember } from './leaderboard.js';
import { PostNotRankedError } from './leaderboards.errors.js';
import { type PostAct, PostLeaderboard } from './post-leaderboard.js';

/** Boards as readers see them. */
@Injectable()
export class LeaderboardsService {
  constructor(
    private readonly board: PostLeaderboard,
    private readonly cache: TieredCache,
  ) {}

  /** The posts with the most attention, the best first. */
  posts({ limit }: PostLeaderboardQuery): Promise<RankedPosts> {
    return this.cache.getOrSet(`best-posts:${limit}`, async () => {
      const ranked = await this.board.top(limit);
      return { items: ranked.map(toRankedPost) };
    });
  }

  /**
   * One post's place.
   *
   * @throws PostNotRankedError while it got no attention.
   */
  async post(postId: string): Promise<RankedPost> {
    const place = await this.board.place(postId);
    if (!place) throw new PostNotRankedError(postId);
    return toRankedPost(place);
  }
}

function toRankedPost({ rank, member, label, score, acts }: RankedMember<PostAct>): RankedPost {
  const { view: views, like: likes, comment: comments } = acts;
  return { rank, postId: member, title: label, score, views, likes, comments };
}
