/** A file to begin a migration with. */
export interface MigrationTemplate {
  /** With the dot. */
  readonly extension: string;
  readonly text: string;
}

/** What the name of a migration says that it does, and on what. */
export interface MigrationIntent {
  readonly kind:
    | 'add_index'
    | 'create_table'
    | 'add_column'
    | 'drop_index'
    | 'drop_table'
    | 'drop_column'
    | 'other';
  /** The table or collection; a guess: the first word. */
  readonly table: string;
  /** The column or field: the rest, if there is one. */
  readonly column: string;
}

const FORMS: readonly (readonly [MigrationIntent['kind'], RegExp])[] = [
  ['add_index', /^(?:add|create)_index(?:_on)?_(?<table>[a-z0-9]+)(?:_(?<column>\w+))?$/],
  ['create_table', /^(?:create|add)_(?:table|collection)_(?<table>\w+)$/],
  ['add_column', /^add_(?:column|field)_(?<column>\w+)_to_(?<table>\w+)$/],
  ['add_column', /^add_(?:column|field)_(?<table>[a-z0-9]+)(?:_(?<column>\w+))?$/],
  ['drop_index', /^(?:drop|remove)_index_(?<table>[a-z0-9]+)(?:_(?<column>\w+))?$/],
  ['drop_table', /^(?:drop|remove)_(?:table|collection)_(?<table>\w+)$/],
  ['drop_column', /^(?:drop|remove)_(?:column|field)_(?<column>\w+)_from_(?<table>\w+)$/],
  [
    'drop_column',
    /^(?:drop|remove)_(?:(?:column|field)_)?(?<table>[a-z0-9]+)(?:_(?<column>\w+))?$/,
  ],
];

/** Reads a name such as `add_index_posts_author_id`. */
export function intentOf(name: string): MigrationIntent {
  for (const [kind, form] of FORMS) {
    const groups = form.exec(name)?.groups;
    if (groups === undefined) continue;
    return { kind, table: groups['table'] ?? 'items', column: groups['column'] ?? 'name' };
  }
  return { kind: 'other', table: 'items', column: 'name' };
}
