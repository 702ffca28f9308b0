import { Schema } from 'mongoose';

import { documentOptions } from '../database/document-options.js';

/** Injection name of the model. */
export const AUTHOR = 'Author';

/** Whether an author's account is locked, as users told. */
export interface AuthorSecurity {
  /** Rises with each lock and each unlocking: an older one never replaces a newer. */
  version: number;
  isLocked: boolean;
  /** When the lock ends by itself; null for one without an end. */
  lockedUntil: Date | null;
  failedLoginAttempts: number;
}

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
  /** Not there for an account that was never locked. */
  security?: AuthorSecurity;
  /** There when the account was erased: what is left keeps what comes late from bringing it back. */
  erasedAt?: Date;
}

/** Of an author that was erased: no copy, and no lock, is newer. */
export const LAST_VERSION = 2_147_483_647;

const authorSecuritySchema = new Schema<AuthorSecurity>(
  {
    version: { type: Number, required: true },
    isLocked: { type: Boolean, required: true },
    lockedUntil: { type: Date, default: null },
    failedLoginAttempts: { type: Number, required: true },
  },
  { _id: false },
);

export const authorSchema = new Schema<Author>(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true },
    displayName: { type: String, required: true },
    avatarUrl: { type: String, default: null },
    version: { type: Number, required: true },
    updatedAt: { type: Date, required: true },
    security: { type: authorSecuritySchema },
    erasedAt: { type: Date },
  },
  { ...documentOptions, collection: 'authors' },
);
