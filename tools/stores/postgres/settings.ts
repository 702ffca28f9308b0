import type { Profile } from '../profile.ts';

/** For work on one machine: room for parallel tests, statistics on, no chatter in the log. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_preload_libraries: 'pg_stat_statements',
  max_connections: '300',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  track_io_timing: 'on',
  log_checkpoints: 'off',
  timezone: 'UTC',
};

/** Nothing of a throw-away cluster must survive a power cut. */
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** The postmaster's command line. */
export function serverFlags(cluster: string, port: number, { lasting }: Profile): string[] {
  const settings = { ...SETTINGS, ...(lasting ? {} : THROW_AWAY), port: String(port) };
  return [
    '-D',
    cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}
