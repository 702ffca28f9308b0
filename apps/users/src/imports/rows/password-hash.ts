import { randomBytes } from 'node:crypto';

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/;
/** Each attempt to sign in costs what the hash says: no more than 128 MiB, 10 passes, 16 lanes. */
const MOST = { memoryKiB: 128 * 1024, passes: 10, lanes: 16 };
/** Argon2 takes no less for each lane. */
const LEAST_KIB_PER_LANE = 8;

/**
 * Whether a hash can be checked here, at a bounded price. Weaker ones than the service makes are
 * taken as well, and made anew when their owner signs in.
 */
export function isUsablePasswordHash(hash: string): boolean {
  const [, memory, passes, lanes, salt = '', sum = ''] = PHC.exec(hash) ?? [];
  const [memoryKiB, t, p] = [Number(memory), Number(passes), Number(lanes)];
  return (
    p >= 1 &&
    p <= MOST.lanes &&
    t >= 1 &&
    t <= MOST.passes &&
    memoryKiB >= p * LEAST_KIB_PER_LANE &&
    memoryKiB <= MOST.memoryKiB &&
    isBase64(salt) &&
    isBase64(sum)
  );
}

/** Without padding and without bits that mean nothing, as PHC strings have it. */
function isBase64(value: string): boolean {
  return encoded(Buffer.from(value, 'base64')) === value;
}

function encoded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/**
 * A hash that nobody knows a password of, at the cost of a real one: what accounts without a password
 * have, so that they answer like others, until their owner sets one by mail.
 */
export function unknownPasswordHash(): string {
  const bytes = randomBytes(48);
  return `$argon2id$v=19$m=19456,t=2,p=1$${encoded(bytes.subarray(0, 16))}$${encoded(bytes.subarray(16))}`;
}
