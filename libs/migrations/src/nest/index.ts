export { MigrationsModule } from './migrations.module.js';
export type { MigrationsModuleOptions } from './migrations.module-definition.js';
export { Migrations } from './migrations.service.js';
