import { rmSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from '../stores/json-file.ts';
import { type Lock, tryLock } from '../stores/lock.ts';
import { identify, isRunning, type ProcessIdentity } from '../stores/processes/identity.ts';
import { devProfile, type Profile, profileFolder } from '../stores/profile.ts';
import { Failure } from '../terminal/failure.ts';
import type { ServiceName } from './services.ts';

/** What others need to know of a platform that runs: `.data/platform.json`. */
export interface PlatformState extends ProcessIdentity {
  /** Base addresses, without a trailing slash; there from when all services are ready. */
  readonly addresses?: Readonly<Record<ServiceName, string>>;
}

const stateFile = (profile: Profile) => path.join(platformFolder(profile), 'platform.json');

/** Where a platform on these stores keeps its own files. */
export function platformFolder(profile: Profile): string {
  return profile.lasting ? path.join(profile.workspace, '.data') : profileFolder(profile);
}

/** The platform that runs on this profile, if one does. */
export function runningPlatform(profile = devProfile()): PlatformState | undefined {
  const state = readJson<PlatformState | undefined>(stateFile(profile), undefined);
  return state && isRunning(state) ? state : undefined;
}

/** The right to be the one platform of a profile; gone when this process is, however it ends. */
export class PlatformClaim {
  readonly #lock: Lock;
  readonly #file: string;

  /** @throws Failure that names the process that has it. */
  constructor(profile: Profile) {
    this.#file = stateFile(profile);
    const lock = tryLock(path.join(platformFolder(profile), 'platform.lock'));
    if (!lock) {
      const pid = readJson<Partial<PlatformState>>(this.#file, {}).pid;
      throw new Failure(`The platform of this clone is running already, as process ${pid}.`);
    }
    this.#lock = lock;
    this.announce({});
  }

  announce(state: Omit<PlatformState, keyof ProcessIdentity>): void {
    writeJson(this.#file, { ...identify(process.pid), ...state });
  }

  release(): void {
    rmSync(this.#file, { force: true });
    this.#lock.release();
  }
}
