import { Schema } from 'mongoose';

import { documentOptions } from '../database/document-options.js';

/** Injection name of the model. */
export const POST = 'Post';

/** How many of a post's comments are kept inside it; the rest are read from their own collection. */
export const RECENT_COMMENTS = 10;

export const postStatuses = ['draft', 'published', 'archived'] as const;
export type PostStatus = (typeof postStatuses)[number];

/** A comment as the post's page shows it: names are looked up, so that a renamed author shows right. */
export interface RecentComment {
  commentId: string;
  authorId: string;
  text: string;
  createdAt: Date;
}

/** Changed only in the transaction of what they count. */
export interface PostCounters {
  viewCount: number;
  likeCount: number;
  commentCount: number;
}

/** A post as it is stored. */
export interface Post {
  /** UUID version 7. */
  _id: string;
  authorId: string;
  title: string;
  content: string;
  /** Normalised, without repetition. */
  tags: string[];
  status: PostStatus;
  metadata: PostCounters;
  /** The newest {@link RECENT_COMMENTS}, newest first. */
  recentComments: RecentComment[];
  /** Null until it was first published. */
  publishedAt: Date | null;
  createdAt: Date;
  /** When its author last changed it; reactions of others do not count. */
  updatedAt: Date;
}

const recentCommentSchema = new Schema<RecentComment>(
  {
    commentId: { type: String, required: true },
    authorId: { type: String, required: true },
    text: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { ...documentOptions, _id: false },
);

const countersSchema = new Schema<PostCounters>(
  { viewCount: Number, likeCount: Number, commentCount: Number },
  { ...documentOptions, _id: false },
);

/** Limits, validators and indexes live in the database: see migrations/mongo/0001_posts.ts. */
export const postSchema = new Schema<Post>(
  {
    _id: { type: String, required: true },
    authorId: { type: String, required: true },
    title: { type: String, required: true },
    content: { type: String, required: true },
    tags: { type: [String], required: true },
    status: { type: String, enum: postStatuses, required: true },
    metadata: { type: countersSchema, required: true },
    recentComments: { type: [recentCommentSchema], required: true },
    publishedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { ...documentOptions, collection: 'posts' },
);
