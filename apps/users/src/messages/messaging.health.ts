import type { OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { MessagingConnections } from '@trilith/messaging';
import { HealthRegistry } from '@trilith/service';

/** Makes readiness depend on an answer from the Redis that messages travel over. */
@Injectable()
export class MessagingHealth implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    private readonly connections: MessagingConnections,
  ) {}

  onModuleInit(): void {
    this.health.register('redis', async () => {
      await this.connections.commands.ping();
    });
  }
}
