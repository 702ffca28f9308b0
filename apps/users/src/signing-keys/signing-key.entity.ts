import type { JWK } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key pair that signs access tokens. The private half is stored sealed only. */
@Entity('signing_keys')
export class SigningKeyRecord {
  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn('text')
  kid!: string;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: JWK;

  /** The private JWK as a compact JWE (`dir`, `A256GCM`). */
  @Column('text', { name: 'private_jwe' })
  privateJwe!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** From then on signs nothing, and is published until its last token has expired. */
  @Column({ type: 'timestamptz', name: 'retired_at', precision: 3, nullable: true })
  retiredAt!: Date | null;
}
