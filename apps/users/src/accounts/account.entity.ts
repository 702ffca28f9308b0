import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Profile } from './profile.entity.js';

/** What an account may do beyond owning itself. Carried by its access tokens. */
export type AccountRole = 'member' | 'admin';

/** A person's account. `profile` is joined by the repository that loads it. */
@Entity('accounts')
export class Account {
  @PrimaryColumn('uuid')
  id!: string;

  /** Lower case, unique, known to its owner alone. */
  @Column('text')
  email!: string;

  /** When it was last shown that the owner reads its mail; null until then. */
  @Column({ type: 'timestamptz', name: 'email_verified_at', precision: 3, nullable: true })
  emailVerifiedAt!: Date | null;

  /** Lower case, unique. */
  @Column('text')
  username!: string;

  /** Argon2id in PHC form. Read only where a password is checked. */
  @Column('text', { name: 'password_hash', select: false })
  passwordHash!: string;

  @Column('text', { default: 'member' })
  role!: AccountRole;

  /** When its owner closed it; null while it is open. */
  @Column({ type: 'timestamptz', name: 'deactivated_at', precision: 3, nullable: true })
  deactivatedAt!: Date | null;

  /** When its owner asked to be forgotten: it is there for its erasure alone. */
  @Column({ type: 'timestamptz', name: 'erased_at', precision: 3, nullable: true })
  erasedAt!: Date | null;

  /** Rises with each change of what others can see. */
  @Column('integer', { default: 1 })
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** When `version` last rose. */
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' })
  updatedAt!: Date;

  profile!: Profile;
}
