import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { TokenPurpose } from './one-time-token.js';

/** A token that was sent by mail. */
@Entity('one_time_tokens')
export class OneTimeTokenRecord {
  /** That of the mail. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  purpose!: TokenPurpose;

  /** The address that whoever has the token can read. */
  @Column('text')
  email!: string;

  /** SHA-256 of the token. */
  @Column('bytea', { name: 'token_hash', select: false })
  tokenHash!: Buffer;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'used_at', precision: 3, nullable: true })
  usedAt!: Date | null;
}
