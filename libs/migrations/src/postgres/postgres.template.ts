import { readFileSync } from 'node:fs';
import { intentOf, type MigrationTemplate } from '../migration-template.js';

/** A `.sql` file to begin with. */
export function postgresTemplate(name: string): MigrationTemplate {
  const { kind, table, column } = intentOf(name);
  const template = readFileSync(new URL(`./templates/${kind}.sql`, import.meta.url), 'utf8');
  const text = template.replaceAll(':table', table).replaceAll(':column', column);
  return { extension: '.sql', text };
}
