import { Injectable } from '@nestjs/common';
import { TieredCache, defineKey } from '@trilith/cache';
import type { Page } from '@trilith/pagination';

import { authorTag } from '../authors/author-tag.js';
import type { AuthorResponse } from '../authors/dto/author.response.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import type { PostResponse, PostSummaryResponse } from './dto/post.response.js';

type Feed = Page<PostSummaryResponse>;

const postKey = defineKey<PostResponse | null>()('post', (postId: string) => postId);
const feedKey = defineKey<Feed>()(
  'feed',
  ({ authorId = '', tag = '', limit, cursor = '' }: ListPostsQuery) =>
    JSON.stringify([authorId, tag, limit, cursor]),
);

/** Each feed has it: any of them may show a post that is published. */
const FEEDS = 'feeds';
const postTag = (postId: string) => `post:${postId}`;

/** Views are counted without telling anybody: they are at most so much behind. */
const timing = { ttlMs: 5_000, graceMs: 60_000, negativeTtlMs: 1_000 };
/** So long where an author's name is missing: users may be back. */
const incompleteTtlMs = 1_000;
/** Tags that an entry may have; a page with more is read anew each time. */
const MOST_TAGS = 64;

/**
 * Published posts and feeds as readers see them, kept for all replicas until a post, a like, a comment
 * or an author changes. Drafts are never kept.
 */
@Injectable()
export class PostPages {
  constructor(private readonly cache: TieredCache) {}

  /** @param read undefined when there is no such post, or none that everybody may see */
  async post(
    postId: string,
    read: () => Promise<PostResponse | undefined>,
  ): Promise<PostResponse | undefined> {
    const page = await this.cache.getOrSet(
      postKey(postId),
      async ({ set }) => {
        const post = await read();
        if (post === undefined) return null;
        const authors = [post.author, ...post.recentComments.map(({ author }) => author)];
        set({ tags: [postTag(postId), ...tagsOf(authors)], ...(isIncomplete(authors) && shortly) });
        return post;
      },
      { ...timing, tags: [postTag(postId)] },
    );
    return page ?? undefined;
  }

  async feed(query: ListPostsQuery, read: () => Promise<Feed>): Promise<Feed> {
    return this.cache.getOrSet(
      feedKey(query),
      async ({ set, skip }) => {
        const feed = await read();
        const authors = feed.items.map(({ author }) => author);
        const tags = [FEEDS, ...feed.items.map(({ id }) => postTag(id)), ...tagsOf(authors)];
        if (tags.length > MOST_TAGS) return skip(feed);
        set({ tags, ...(isIncomplete(authors) && shortly) });
        return feed;
      },
      timing,
    );
  }

  /** To be called when a change of the post, its likes or its comments is committed. */
  async changed(postId: string): Promise<void> {
    await this.cache.deleteByTag(postTag(postId));
  }

  /** To be called when a post became visible, or is no longer. */
  async published(postId: string): Promise<void> {
    await this.cache.deleteByTag(postTag(postId), FEEDS);
  }
}

const shortly = { ttlMs: incompleteTtlMs };

function tagsOf(authors: readonly AuthorResponse[]): string[] {
  return [...new Set(authors.map(({ accountId }) => authorTag(accountId)))];
}

function isIncomplete(authors: readonly AuthorResponse[]): boolean {
  return authors.some(({ username }) => username === null);
}
