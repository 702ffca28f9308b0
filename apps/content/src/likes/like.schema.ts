import { Schema } from 'mongoose';

import { documentOptions } from '../database/document-options.js';

/** Injection name of the model. */
export const LIKE = 'Like';

/** That a person likes a post; a unique index allows one for each pair. */
export interface Like {
  /** UUID version 7. */
  _id: string;
  postId: string;
  accountId: string;
  likedAt: Date;
}

export const likeSchema = new Schema<Like>(
  {
    _id: { type: String, required: true },
    postId: { type: String, required: true },
    accountId: { type: String, required: true },
    likedAt: { type: Date, required: true },
  },
  { ...documentOptions, collection: 'likes' },
);
