import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { MailKind } from './mail-texts.js';

/** Where a mail is: on its way, or how that ended. */
export type MailStatus = 'waiting' | 'sent' | 'dropped' | 'given_up';

/** A mail that was asked for. Its text is made when it is sent. */
@Entity('mails')
export class Mail {
  /** UUID version 7. */
  @PrimaryColumn('uuid')
  id!: string;

  /** Null where only the address is known. */
  @Column('uuid', { name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column('text')
  recipient!: string;

  @Column('text')
  kind!: MailKind;

  /** What the text takes besides the username. */
  @Column('jsonb', { default: {} })
  data!: Record<string, string>;

  @Column('text', { default: 'waiting' })
  status!: MailStatus;

  /** How often it was tried. */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** When it left `waiting`. */
  @Column({ type: 'timestamptz', name: 'settled_at', precision: 3, nullable: true })
  settledAt!: Date | null;
}
