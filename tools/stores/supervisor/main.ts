// The process that owns a profile's stores: started by the client, in a session of its own, so
// that neither a terminal's Ctrl-C nor the end of the one who started it reaches the stores.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeJson } from '../json-file.ts';
import { tryLock } from '../lock.ts';
import { freePorts, lastingPorts } from '../ports.ts';
import { identify } from '../processes/identity.ts';
import { Ledger } from '../processes/ledger.ts';
import type { Profile } from '../profile.ts';
import { clearUp } from './clear-up.ts';
import { LOCK_IS_HELD } from './exit-codes.ts';
import { type SupervisorAddress, supervisorPaths } from './paths.ts';
import { SupervisedStores } from './stores.ts';
import { Supervisor } from './supervisor.ts';

const FIRST_HOLDER_WITHIN_MS = 15_000;

async function main(profile: Profile): Promise<void> {
  const paths = supervisorPaths(profile);
  const lock = tryLock(paths.lock);
  if (!lock) process.exit(LOCK_IS_HELD);
  // Only the last supervisor's words help, and only who has the lock may remove another's.
  truncateSync(paths.log);
  const ledger = new Ledger(paths.ledger);
  await clearUp(paths);
  mkdirSync(paths.logs, { recursive: true });

  const temporaryFolder = mkdtempSync(path.join(tmpdir(), `trilith-${profile.name}-`));
  const dataFolder = profile.lasting
    ? path.join(profile.workspace, '.data')
    : path.join(temporaryFolder, 'data');
  mkdirSync(dataFolder, { recursive: true });
  const socket = path.join(temporaryFolder, 'socket');
  const supervisor = supervise(profile, { dataFolder, ledger });
  await supervisor.listen(socket);
  // PostgreSQL may run as another user, who passes this folder but sees nothing of it.
  chmodSync(socket, 0o600);
  chmodSync(temporaryFolder, 0o711);
  const identity = identify(process.pid);
  if (!identity) throw new Error('This process cannot identify itself.');
  writeJson(paths.address, { ...identity, socket, temporaryFolder } satisfies SupervisorAddress);

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void supervisor.stop());
  }
  await supervisor.done;
  rmSync(temporaryFolder, { recursive: true, force: true });
  // Last, since it is by this file that the next supervisor finds what a killed one left.
  rmSync(paths.address, { force: true });
  lock.release();
  supervisor.disconnect();
}

function supervise(
  profile: Profile,
  { dataFolder, ledger }: { dataFolder: string; ledger: Ledger },
): Supervisor {
  const paths = supervisorPaths(profile);
  const ports = profile.lasting ? lastingPorts(paths.ports) : freePorts();
  const stores = new SupervisedStores({
    around: { profile, dataFolder, logFolder: paths.logs, ledger, ports },
    onProgress: (store, text) => supervisor.broadcast({ type: 'progress', store, text }),
    onLost: (store, message) => supervisor.broadcast({ type: 'lost', store, message }),
  });
  const supervisor: Supervisor = new Supervisor({
    stores,
    firstHolderWithinMs: FIRST_HOLDER_WITHIN_MS,
    describe: { profile: profile.name, dataFolder },
  });
  return supervisor;
}

await main(JSON.parse(process.argv[2] ?? '{}') as Profile);
