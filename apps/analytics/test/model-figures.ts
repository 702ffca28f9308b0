import {
  type PayloadOf,
  accountCreated,
  commentCreated,
  postLiked,
  postPublished,
  postViewed,
} from '@trilith/contracts';

import { HALF_LIFE_MS, postWeights } from '../src/leaderboards/post-leaderboard.js';
import { ModelBoard } from './model-board.js';
import type { Act } from './acts.js';

/** What the service should answer, worked out the plainest way from the acts themselves. */
export class ModelFigures {
  private readonly seen = new Set<string>();
  private readonly totals = { accounts: 0, posts: 0, comments: 0, likes: 0, views: 0 };
  private readonly visitors = new Map<string, Set<string>>();
  private readonly board = new ModelBoard({
    weights: postWeights,
    halfLifeMs: HALF_LIFE_MS,
    maxMembers: 100_000,
  });

  learn(acts: readonly Act[]): void {
    for (const act of acts) {
      if (!this.seen.has(act.id)) this.learnNew(act);
      this.seen.add(act.id);
    }
  }

  /** `day`: `2026-01-31`. */
  overview(day: string) {
    return { ...this.totals, uniqueVisitorsToday: this.visitors.get(day)?.size ?? 0 };
  }

  leaderboard(limit: number) {
    return this.board.top('all', limit).map(({ rank, member, label, score, acts }) => ({
      rank,
      postId: member,
      title: label,
      score,
      views: acts.view,
      likes: acts.like,
      comments: acts.comment,
    }));
  }

  private learnNew({ id, topic, payload, key: postId }: Act): void {
    switch (topic) {
      case accountCreated:
        this.totals.accounts += 1;
        break;
      case postPublished: {
        const { title } = payload as PayloadOf<typeof postPublished>;
        this.totals.posts += 1;
        this.board.describe({ member: postId, label: title });
        break;
      }
      case commentCreated: {
        const { createdAt } = payload as PayloadOf<typeof commentCreated>;
        const at = new Date(createdAt);
        this.totals.comments += 1;
        this.board.add({ members: [postId], act: 'comment', at, eventId: id });
        break;
      }
      case postLiked: {
        const { likedAt } = payload as PayloadOf<typeof postLiked>;
        const at = new Date(likedAt);
        this.totals.likes += 1;
        this.board.add({ members: [postId], act: 'like', at, eventId: id });
        break;
      }
      case postViewed: {
        const { visitor, viewedAt } = payload as PayloadOf<typeof postViewed>;
        const day = viewedAt.slice(0, 10);
        this.totals.views += 1;
        this.visitors.set(day, (this.visitors.get(day) ?? new Set()).add(visitor));
        const at = new Date(viewedAt);
        this.board.add({ members: [postId], act: 'view', at, eventId: id });
        break;
      }
      default:
        throw new Error(`not an act: ${JSON.stringify(topic)}`);
    }
  }
}
