import { Secret, TOTP } from 'otpauth';

/** What authenticator applications take: they pass over other values. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
const CODE = /^\d{6}$/;
/** RFC 4226 asks for 128 bits at least and recommends 160. */
const SECRET_BYTES = 20;
/** Clocks of people, and the time to type, may be this many steps off. */
const WINDOW = 1;

/** A secret that an authenticator application shares (TOTP, RFC 6238): SHA-1, six digits, 30 seconds. */
export class TotpSecret {
  readonly #totp: TOTP;

  private constructor(secret: Secret) {
    this.#totp = new TOTP({ ...PARAMETERS, secret });
  }

  static make(): TotpSecret {
    return new TotpSecret(new Secret({ size: SECRET_BYTES }));
  }

  /** @param base32 what {@link base32} gave */
  static from(base32: string): TotpSecret {
    return new TotpSecret(Secret.fromBase32(base32));
  }

  get base32(): string {
    return this.#totp.secret.base32;
  }

  /** For a QR code: `otpauth://totp/issuer:label?secret=…`. */
  uri({ issuer, label }: { issuer: string; label: string }): string {
    return new TOTP({ ...PARAMETERS, secret: this.#totp.secret, issuer, label }).toString();
  }

  /** The time step that a code is of; undefined when it is of none near `now`. */
  stepOf(code: string, now: number = Date.now()): number | undefined {
    // The library compares buffers, which other digits than these make of another length.
    if (!CODE.test(code)) return undefined;
    const delta = this.#totp.validate({ token: code, timestamp: now, window: WINDOW });
    return delta === null ? undefined : Math.floor(now / 1_000 / PARAMETERS.period) + delta;
  }
}
