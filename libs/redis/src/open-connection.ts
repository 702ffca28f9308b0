import { Redis, type RedisOptions } from 'ioredis';

import { clientOptions } from './client-options.js';
import { ClusterRoute } from './cluster/cluster-route.js';
import { slotOf } from './cluster/slot.js';
import type { ResolvedConnectionOptions } from './connection.options.js';
import { reconnectDelay } from './reconnecting.js';
import type { Route } from './route.js';
import { RoutedConnector } from './routed-connector.js';
import { SentinelRoute } from './sentinel-route.js';

/**
 * Opens a connection to one server: the one of the URL, the master that Sentinels name, or of a
 * cluster the node that serves `key`; without a key any node.
 */
export function openConnection(
  options: ResolvedConnectionOptions,
  key: string | undefined,
  more: RedisOptions,
): Redis {
  const { topology, url, maxReconnectDelayMs } = options;
  const settings = {
    ...clientOptions(options),
    retryStrategy: (attempt: number) => reconnectDelay(attempt, maxReconnectDelayMs),
    // The command was refused and has not run; where it belongs is found out by connecting anew.
    reconnectOnError: ({ message }: Error) => /^(READONLY|MOVED|ASK)\b/.test(message),
    ...more,
  };
  if (topology.kind === 'server') return new Redis(url, settings);
  if (topology.kind === 'sentinel') {
    const { credentials, database: db } = topology;
    const Connector = connectorBy(new SentinelRoute(topology, options), options);
    return new Redis({ ...settings, ...credentials, db, Connector });
  }
  const slot = key === undefined ? undefined : slotOf(key);
  const Connector = connectorBy(new ClusterRoute(topology, options, slot), options);
  return new Redis({ ...settings, ...topology.credentials, Connector });
}

/** ioredis makes its connector itself, from a class. */
function connectorBy(route: Route, options: ResolvedConnectionOptions) {
  return class extends RoutedConnector {
    constructor(given: unknown) {
      super(route, options, given as RedisOptions);
    }
  };
}
