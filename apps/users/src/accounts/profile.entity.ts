import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Preferences } from '../profiles/dto/preferences.js';

/** How an account presents itself. Every account has exactly one. */
@Entity('profiles')
export class Profile {
  @PrimaryColumn('uuid', { name: 'account_id' })
  accountId!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  /** An `https:` address, or null while there is none. */
  @Column('text', { name: 'avatar_url', nullable: true })
  avatarUrl!: string | null;

  @Column('text', { nullable: true })
  bio!: string | null;

  @Column('jsonb', { default: {} })
  preferences!: Preferences;

  /** Up to 16 KiB: read only where it is shown or changed, and undefined elsewhere. */
  @Column('jsonb', { default: {}, select: false })
  metadata?: object;
}
