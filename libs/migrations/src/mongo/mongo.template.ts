import { intentOf, type MigrationIntent, type MigrationTemplate } from '../migration-template.js';

/** A module to begin with. */
export function mongoTemplate(name: string): MigrationTemplate {
  const intent = intentOf(name);
  const { breaking, up, down } = parts(intent);
  const lines = [
    "import type { MongoMigration } from '@trilith/migrations';",
    '',
    '/** Why: … */',
    'export default {',
    ...(breaking ? ['  breaking: true,', ''] : []),
    ...up.map(indented),
    ...(down.length > 0 ? ['', ...down.map(indented)] : []),
    '} satisfies MongoMigration;',
    '',
  ];
  return { extension: '.ts', text: lines.join('\n') };
}

function indented(line: string): string {
  return `  ${line}`;
}

interface Parts {
  readonly breaking?: boolean;
  readonly up: readonly string[];
  readonly down: readonly string[];
}

function parts({ kind, table, column }: MigrationIntent): Parts {
  switch (kind) {
    case 'add_index':
      return {
        up: body('up', 'ensureIndexes', [
          `await ensureIndexes('${table}', [{ name: '${table}_${column}', key: { ${column}: 1 } }]);`,
        ]),
        down: body('down', 'db', [
          `await db.collection('${table}').dropIndex('${table}_${column}').catch(() => undefined);`,
        ]),
      };
    case 'create_table':
      return {
        up: body('up', 'ensureCollection', [
          `await ensureCollection('${table}', {`,
          "  jsonSchema: { bsonType: 'object', required: ['_id'], properties: {} },",
          '});',
        ]),
        down: body('down', 'db', [`await db.dropCollection('${table}');`]),
      };
    case 'add_column':
      return {
        up: body('up', 'backfill', [
          `await backfill('${table}', {`,
          `  filter: { ${column}: { $exists: false } },`,
          '  change: (documents) =>',
          '    documents.map(({ _id }) => ({',
          `      updateOne: { filter: { _id }, update: { $set: { ${column}: null } } },`,
          '    })),',
          '});',
        ]),
        down: body('down', 'db', [
          `await db.collection('${table}').updateMany({}, { $unset: { ${column}: true } });`,
        ]),
      };
    case 'drop_index':
      return {
        up: body('up', 'db', [
          `await db.collection('${table}').dropIndex('${table}_${column}').catch(() => undefined);`,
        ]),
        down: body('down', 'ensureIndexes', [
          `await ensureIndexes('${table}', [{ name: '${table}_${column}', key: { ${column}: 1 } }]);`,
        ]),
      };
    case 'drop_table':
      return {
        breaking: true,
        up: body('up', 'db', [`await db.dropCollection('${table}');`]),
        down: [],
      };
    case 'drop_column':
      return {
        breaking: true,
        up: body('up', 'db', [
          `await db.collection('${table}').updateMany({}, { $unset: { ${column}: true } });`,
        ]),
        down: [],
      };
    case 'other':
      return {
        up: body('up', 'db', ['await db.command({ ping: 1 });']),
        down: body('down', 'db', ['await db.command({ ping: 1 });']),
      };
    default:
      return kind satisfies never;
  }
}

function body(name: 'up' | 'down', uses: string, lines: readonly string[]): string[] {
  return [`async ${name}({ ${uses} }) {`, ...lines.map(indented), '},'];
}
