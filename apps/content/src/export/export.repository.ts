import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ContentKind, exportContent, PayloadOf, ReplyOf } from '@trilith/contracts';
import { Model, trusted } from 'mongoose';

import { COMMENT, type Comment } from '../comments/comment.schema.js';
import { LIKE, type Like } from '../likes/like.schema.js';
import { POST, type Post } from '../posts/post.schema.js';

type Page = ReplyOf<typeof exportContent>;
type Item = Page['items'][number] & { readonly id: string };

/** So many of the largest that there may be fit into one reply. */
const PAGE_SIZES: Record<ContentKind, number> = { posts: 4, comments: 100, likes: 1_000 };

/** Reads what an account wrote and did, in the order of the ids, drafts included. */
@Injectable()
export class ExportRepository {
  constructor(
    @InjectModel(POST) private readonly posts: Model<Post>,
    @InjectModel(COMMENT) private readonly comments: Model<Comment>,
    @InjectModel(LIKE) private readonly likes: Model<Like>,
  ) {}

  async page({ accountId, kind, after }: PayloadOf<typeof exportContent>): Promise<Page> {
    const limit = PAGE_SIZES[kind];
    // One more than asked for tells whether there is a next page.
    const found = await this.read(kind, accountId, { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, next: found.length > limit && last ? last.id : null };
  }

  private async read(kind: ContentKind, accountId: string, page: PageRequest): Promise<Item[]> {
    if (kind === 'posts') {
      return (await inOrder(this.posts, { authorId: accountId }, page)).map(postItem);
    }
    if (kind === 'comments') {
      return (await inOrder(this.comments, { authorId: accountId }, page)).map(commentItem);
    }
    return (await inOrder(this.likes, { accountId }, page)).map(likeItem);
  }
}

interface PageRequest {
  readonly after: string | null;
  readonly limit: number;
}

async function inOrder<T extends { _id: string }>(
  model: Model<T>,
  where: { authorId: string } | { accountId: string },
  { after, limit }: PageRequest,
): Promise<T[]> {
  const position = after === null ? {} : { _id: trusted({ $gt: after }) };
  return model
    .find({ ...where, ...position })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<T[]>();
}

function postItem({ _id, title, content, tags, status, metadata, ...dates }: Post): Item {
  const { viewCount, likeCount, commentCount } = metadata;
  return {
    id: _id,
    title,
    content,
    tags: [...tags],
    status,
    viewCount,
    likeCount,
    commentCount,
    createdAt: dates.createdAt.toISOString(),
    updatedAt: dates.updatedAt.toISOString(),
    publishedAt: dates.publishedAt?.toISOString() ?? null,
  };
}

function commentItem({ _id, postId, text, createdAt }: Comment): Item {
  return { id: _id, postId, text, createdAt: createdAt.toISOString() };
}

function likeItem({ _id, postId, likedAt }: Like): Item {
  return { id: _id, postId, likedAt: likedAt.toISOString() };
}
