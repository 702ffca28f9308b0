import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** The pool that TypeORM opened, for what needs no entities and should open no connections more. */
export function poolOf({ driver }: DataSource): Pool {
  return (driver as unknown as { master: Pool }).master;
}
