import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import { AuthorLeaderboard } from './author-leaderboard.js';
import type {
  LeaderboardQuery,
  NeighboursQuery,
  PlaceQuery,
  RankedAuthor,
  RankedAuthors,
  RankedPost,
  RankedPosts,
} from './dto/ranked.dto.js';
import type { RankedMember } from './leaderboard.js';
import { AuthorNotRankedError, PostNotRankedError } from './leaderboards.errors.js';
import { type PostAct, PostLeaderboard } from './post-leaderboard.js';

/** Boards as readers see them. */
@Injectable()
export class LeaderboardsService {
  constructor(
    private readonly postBoard: PostLeaderboard,
    private readonly authorBoard: AuthorLeaderboard,
    private readonly cache: TieredCache,
  ) {}

  /** The posts with the most attention, the best first. */
  async posts({ window, ...page }: LeaderboardQuery): Promise<RankedPosts> {
    const question = JSON.stringify(['posts', window, page]);
    return this.cache.getOrSet(question, async () => {
      const ranked = await this.postBoard.top(window, page);
      return { items: ranked.map(toRankedPost) };
    });
  }

  /**
   * One post's place.
   *
   * @throws PostNotRankedError while it got no attention.
   */
  async post(postId: string, { window }: PlaceQuery): Promise<RankedPost> {
    const [place] = await this.postBoard.around(window, postId);
    if (!place) throw new PostNotRankedError(postId);
    return toRankedPost(place);
  }

  /**
   * A post among those around it.
   *
   * @throws PostNotRankedError while it got no attention.
   */
  async aroundPost(postId: string, { window, reach }: NeighboursQuery): Promise<RankedPosts> {
    const ranked = await this.postBoard.around(window, postId, reach);
    if (ranked.length === 0) throw new PostNotRankedError(postId);
    return { items: ranked.map(toRankedPost) };
  }

  /** The authors whose posts got the most attention, the best first. */
  async authors({ window, ...page }: LeaderboardQuery): Promise<RankedAuthors> {
    const question = JSON.stringify(['authors', window, page]);
    return this.cache.getOrSet(question, async () => {
      const ranked = await this.authorBoard.top(window, page);
      return { items: ranked.map(toRankedAuthor) };
    });
  }

  /**
   * One author's place.
   *
   * @throws AuthorNotRankedError while the author's posts got no attention.
   */
  async author(accountId: string, { window }: PlaceQuery): Promise<RankedAuthor> {
    const [place] = await this.authorBoard.around(window, accountId);
    if (!place) throw new AuthorNotRankedError(accountId);
    return toRankedAuthor(place);
  }

  /**
   * An author among those around.
   *
   * @throws AuthorNotRankedError while the author's posts got no attention.
   */
  async aroundAuthor(
    accountId: string,
    { window, reach }: NeighboursQuery,
  ): Promise<RankedAuthors> {
    const ranked = await this.authorBoard.around(window, accountId, reach);
    if (ranked.length === 0) throw new AuthorNotRankedError(accountId);
    return { items: ranked.map(toRankedAuthor) };
  }
}

function toRankedPost(ranked: RankedMember<PostAct>): RankedPost {
  return { ...placeOf(ranked), postId: ranked.member, title: ranked.label };
}

function toRankedAuthor(ranked: RankedMember<PostAct>): RankedAuthor {
  return { ...placeOf(ranked), accountId: ranked.member, name: ranked.label };
}

function placeOf({ rank, score, acts }: RankedMember<PostAct>) {
  const { view: views, like: likes, comment: comments } = acts;
  return { rank, score, views, likes, comments };
}
