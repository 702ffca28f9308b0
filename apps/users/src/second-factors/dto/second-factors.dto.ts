import { text } from '@trilith/service';
import { z } from 'zod';

const password = text({ min: 1, max: 128 });
const code = text({ min: 6, max: 40 });

/** What begins a second factor. */
export const beginning = z.strictObject({ currentPassword: password });
export type Beginning = z.output<typeof beginning>;

/** The first code of a second factor. */
export const confirmation = z.strictObject({
  code: code.describe('The six digits that the application shows.'),
});
export type Confirmation = z.output<typeof confirmation>;

/** What changes a second factor that is there. */
export const proof = z.strictObject({
  currentPassword: password,
  code: code.describe('The code that the application shows, or a recovery code.'),
});
export type Proof = z.output<typeof proof>;

/** Whether the account has a second factor. */
export const secondFactorState = z.object({
  isEnabled: z.boolean().describe('Signing in asks for a code.'),
  recoveryCodesLeft: z.int().min(0),
});

/** What an authenticator application is told, once. */
export const begunSecondFactor = z.object({
  secret: z.string().describe('Base32, to be typed.'),
  uri: z.string().describe('`otpauth://totp/…`, to be shown as a QR code.'),
});
export type BegunSecondFactor = z.output<typeof begunSecondFactor>;

/** What lets a person in who has lost the application; shown once. */
export const recoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).describe('Each is good once.'),
});
export type RecoveryCodes = z.output<typeof recoveryCodes>;
