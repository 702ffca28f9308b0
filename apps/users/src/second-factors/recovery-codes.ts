import { createHash, randomInt } from 'node:crypto';

/** Crockford's base32: no letter that is taken for a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16;
const GROUP = 4;
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** As many as a person gets at a time. */
const RECOVERY_CODES = 10;

/** 80 random bits for a person to keep: `7hq2-…`, four groups of four. */
function makeRecoveryCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return letters.join('').replaceAll(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-');
}

/** A fresh set. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, makeRecoveryCode);
}

/**
 * What is stored of a code, however it was typed: in capitals, without dashes, with letters for digits
 * that they look like. Undefined for what can be no code.
 */
export function recoveryCodeHash(typed: string): Buffer | undefined {
  const code = typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
  if (!CODE.test(code)) return undefined;
  return createHash('sha256').update(code).digest();
}
