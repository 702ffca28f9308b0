const LONGEST_DEVICE = 200;
const LONGEST_ADDRESS = 64;

/** Who is at the other end, as far as a request tells. */
export interface Client {
  /** What it calls itself in `User-Agent`: shown to the person, believed by nobody. */
  readonly device: string;
  /** Where the request comes from; empty where that is not known. */
  readonly address: string;
}

/** @param userAgent the header, if any */
export function clientOf(userAgent: string | undefined, address: string): Client {
  // Controls and lone surrogates are nothing to show, and a database holds no U+0000.
  const device = (userAgent ?? '').replaceAll(/\p{C}/gu, '').trim();
  return {
    // A character cut in half is no character.
    device: device.slice(0, LONGEST_DEVICE).toWellFormed(),
    address: address.slice(0, LONGEST_ADDRESS),
  };
}
