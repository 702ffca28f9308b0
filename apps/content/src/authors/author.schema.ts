import { Schema } from 'mongoose';

import { documentOptions } from '../database/document-options.js';

/** Injection name of the model. */
export const AUTHOR = 'Author';

/** This service's copy of what an account shows, kept by the events of users. */
export interface Author {
  /** The account's id. */
  _id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  /** The account's version that was copied: an older one never replaces a newer. */
  version: number;
  updatedAt: Date;
}

export const authorSchema = new Schema<Author>(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true },
    displayName: { type: String, required: true },
    avatarUrl: { type: String, default: null },
    version: { type: Number, required: true },
    updatedAt: { type: Date, required: true },
  },
  { ...documentOptions, collection: 'authors' },
);
