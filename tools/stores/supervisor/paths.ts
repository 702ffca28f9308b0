import path from 'node:path';
import type { ProcessIdentity } from '../processes/identity.ts';
import { type Profile, profileFolder } from '../profile.ts';

/** The files by which a profile's processes find each other. */
export function supervisorPaths(profile: Profile) {
  const folder = profileFolder(profile);
  return {
    folder,
    /** Held by the supervisor for as long as it lives. */
    lock: path.join(folder, 'supervisor.lock'),
    /** {@link SupervisorAddress} of the latest supervisor. */
    address: path.join(folder, 'supervisor.json'),
    log: path.join(folder, 'supervisor.log'),
    /** Every store process that was started and not seen to end. */
    ledger: path.join(folder, 'processes.json'),
    ports: path.join(folder, 'ports.json'),
    logs: path.join(folder, 'logs'),
  };
}

/** Where to reach the supervisor, and what it leaves behind when it is killed. */
export interface SupervisorAddress extends ProcessIdentity {
  /** A short path: the kernel allows about a hundred characters, and a clone may lie deep. */
  readonly socket: string;
  /** Removed by the next supervisor, with all that is in it. */
  readonly temporaryFolder: string;
}
