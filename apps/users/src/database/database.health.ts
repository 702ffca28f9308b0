import type { OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { HealthRegistry } from '@trilith/service';
import { DataSource } from 'typeorm';

/** Makes readiness depend on an answer from PostgreSQL. */
@Injectable()
export class DatabaseHealth implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.health.register('postgres', async () => {
      await this.dataSource.query('SELECT 1');
    });
  }
}
