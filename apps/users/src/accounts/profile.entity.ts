import { Column, Entity, PrimaryColumn } from 'typeorm';

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
}
