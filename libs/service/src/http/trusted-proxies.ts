import { type Variable, variable } from '@trilith/config';
import { ClientAddresses } from '@trilith/rate-limit';

/** How many proxies there are, or the addresses and ranges where they are. */
export type TrustedProxies = number | readonly string[];

/**
 * A variable that says which proxies tell the truth in `X-Forwarded-For`: how many there are in front
 * of the service, each of which adds one address, or where they are. Default 0: none, and the header
 * counts for nothing.
 */
export function trustedProxies(): Variable<TrustedProxies> {
  return variable({
    takes:
      'the number of proxies, from 0 to 100, or their addresses and ranges: 10.0.0.0/8,fd00::/8',
    parse: (text) => {
      const proxies = /^\d+$/.test(text)
        ? Number(text)
        : text.split(',').map((place) => place.trim());
      return isUsable(proxies) ? proxies : undefined;
    },
    default: 0,
  });
}

function isUsable(proxies: TrustedProxies): boolean {
  try {
    return Boolean(new ClientAddresses({ trustedProxies: proxies }));
  } catch {
    return false;
  }
}
