import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

import { LeaderElection } from '../leader-election.js';
import { LockManager } from '../lock-manager.js';

const ELECTIONS = Symbol('ELECTIONS');

/** Remembers that a class has a method for a leader. */
export function noteElection(prototype: object, name: string): void {
  Reflect.defineMetadata(ELECTIONS, [...electionsOf(prototype), name], prototype);
}

function electionsOf(prototype: object): readonly string[] {
  return (Reflect.getMetadata(ELECTIONS, prototype) as string[] | undefined) ?? [];
}

/** Stands for all elections that methods of the application name, from its start to its end. */
@Injectable()
export class LeaderElections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LeaderElection.name);
  private readonly elections = new Map<string, LeaderElection>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly locks: LockManager,
  ) {}

  onApplicationBootstrap(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    for (const { metatype } of wrappers) {
      const prototype: unknown = metatype?.prototype;
      if (typeof prototype !== 'object' || prototype === null) continue;
      for (const name of electionsOf(prototype)) this.of(name).start();
    }
  }

  /** Before connections are closed: the next leader need not wait for a lease to end. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.elections.values()].map(async (election) => election.stop()));
  }

  /** The election of that name; it is started by the application's start. */
  of(name: string): LeaderElection {
    const known = this.elections.get(name);
    if (known) return known;
    const election = new LeaderElection({
      locks: this.locks,
      name,
      onError: (error) => this.logger.warn({ err: error }, `no leadership of ${name} to be had`),
    });
    this.elections.set(name, election);
    return election;
  }
}
