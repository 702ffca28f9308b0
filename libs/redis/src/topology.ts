import { RedisOptionError } from './redis.errors.js';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Who logs in; either part may be missing. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** What the URL of a connection says. */
export type Topology =
  | { readonly kind: 'server'; readonly url: string; readonly isTls: boolean }
  | {
      readonly kind: 'cluster';
      /** Some of its nodes; the others are found out. */
      readonly nodes: readonly Address[];
      readonly credentials: Credentials;
      readonly isTls: boolean;
    }
  | {
      readonly kind: 'sentinel';
      /** Some of the Sentinels; the others are found out. */
      readonly sentinels: readonly Address[];
      /** What the Sentinels call the master. */
      readonly master: string;
      readonly database: number;
      /** Those of the servers, not of the Sentinels. */
      readonly credentials: Credentials;
      readonly isTls: boolean;
    };

/** What the URL of a connection may look like, for a message about one that does not. */
export const redisUrlForms = [
  'redis://[user:password@]host[:port][/database]',
  'redis+cluster://[user:password@]host[:port],…',
  'redis+sentinel://[user:password@]host[:port],…/master[/database]',
  'or one of them with rediss for TLS',
].join(', ');

const severalHosts =
  /^rediss?\+(?:cluster|sentinel):\/\/(?:(?<login>[^@/?#]*)@)?(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?$/;

const defaultPorts = { server: 6379, cluster: 6379, sentinel: 26_379 } as const;

/** @throws {RedisOptionError} that shows no part of the URL: it may hold a password. */
export function parseTopology(url: unknown): Topology {
  const topology = typeof url === 'string' ? tryParse(url) : undefined;
  if (topology) return topology;
  throw new RedisOptionError(
    'url',
    typeof url === 'string' ? '(no URL of Redis)' : url,
    redisUrlForms,
  );
}

/** Whether a connection can be made from it: `createRedis` and the others take it as their `url`. */
export function isRedisUrl(url: string): boolean {
  return tryParse(url) !== undefined;
}

/**
 * What of a URL may be shown to anyone: `host:port`, those of a cluster's nodes separated by commas,
 * those of Sentinels followed by `/master`. Credentials stay out.
 */
export function addressOf(url: string): string {
  const topology = parseTopology(url);
  if (topology.kind === 'cluster') return topology.nodes.map(show).join();
  if (topology.kind === 'sentinel') {
    return `${topology.sentinels.map(show).join()}/${topology.master}`;
  }
  const { hostname, port } = new URL(topology.url);
  return `${hostname || 'localhost'}:${port || defaultPorts.server}`;
}

function tryParse(url: string): Topology | undefined {
  const scheme = /^[a-z+]+(?=:\/\/)/.exec(url)?.[0] ?? '';
  const isTls = scheme.startsWith('rediss');
  const [, kind = 'server'] = scheme.split('+');
  if (kind === 'server') {
    const isRedis = scheme === 'redis' || scheme === 'rediss';
    return isRedis && isOneServer(url) ? { kind, url, isTls } : undefined;
  }
  const { login = '', hosts = '', path = '' } = severalHosts.exec(url)?.groups ?? {};
  const credentials = parseLogin(login);
  if (credentials === undefined) return undefined;
  if (kind === 'cluster') {
    const nodes = parseHosts(hosts, defaultPorts.cluster);
    const isWhole = nodes !== undefined && /^\/?(0)?$/.test(path);
    return isWhole ? { kind, nodes, credentials, isTls } : undefined;
  }
  const sentinels = parseHosts(hosts, defaultPorts.sentinel);
  const { master, database = '0' } =
    /^\/(?<master>[\w.-]+)(?:\/(?<database>\d+)?)?$/.exec(path)?.groups ?? {};
  if (sentinels === undefined || master === undefined) return undefined;
  return {
    kind: 'sentinel',
    sentinels,
    master,
    database: Number(database),
    credentials,
    isTls,
  };
}

/** A comma would make several hosts the strange name of one. */
function isOneServer(url: string): boolean {
  return URL.canParse(url) && !new URL(url).hostname.includes(',');
}

function parseHosts(hosts: string, defaultPort: number): Address[] | undefined {
  const urls = hosts.split(',').map((host) => `redis://${host}`);
  if (!urls.every((url) => URL.canParse(url) && new URL(url).hostname !== '')) return undefined;
  return urls.map((url) => {
    const { hostname, port } = new URL(url);
    // Brackets belong to the URL's form of an IPv6 address.
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) };
  });
}

function parseLogin(login: string): Credentials | undefined {
  const colon = login.indexOf(':');
  const [username, password] =
    colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)];
  try {
    return {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}

function show({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
