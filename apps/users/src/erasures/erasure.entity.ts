import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person's wish to be forgotten. */
@Entity('erasures')
export class Erasure {
  /** UUID version 4, known to the person alone. */
  @PrimaryColumn('uuid')
  id!: string;

  /** Null when it is over: what is left then names nobody. */
  @Column('uuid', { name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column({ type: 'timestamptz', name: 'requested_at', precision: 3, default: () => 'now()' })
  requestedAt!: Date;

  /** When the services were last asked to do their part. */
  @Column({ type: 'timestamptz', name: 'asked_at', precision: 3, default: () => 'now()' })
  askedAt!: Date;

  @Column({ type: 'timestamptz', name: 'users_at', precision: 3, nullable: true })
  usersAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'content_at', precision: 3, nullable: true })
  contentAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'analytics_at', precision: 3, nullable: true })
  analyticsAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'completed_at', precision: 3, nullable: true })
  completedAt!: Date | null;
}
