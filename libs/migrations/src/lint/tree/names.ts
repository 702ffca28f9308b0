import type { Node, RangeVar } from 'libpg-query';

/** The strings of a list of nodes that has such: the parts of a name. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    if ('String' in node) return [node.String.sval ?? ''];
    return 'List' in node ? stringsOf(node.List.items) : [];
  });
}

/** One spelling of a name, wherever it stands: the schema `public` is left out. */
export function canonical(parts: readonly string[]): string {
  const [schema, ...rest] = parts;
  return (schema === 'public' && rest.length > 0 ? rest : parts).map(quoted).join('.');
}

export function nameOf(relation: RangeVar | undefined): string {
  const parts = [relation?.schemaname, relation?.relname].filter((part) => part !== undefined);
  return canonical(parts);
}

/** A name as it may stand in SQL. */
export function quoted(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The last part of a name, as part of a new name. */
export function stem(name: string): string {
  return name.replaceAll('"', '').split('.').at(-1) ?? name;
}

const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column ' +
    'constraint create current_catalog current_date current_role current_time current_timestamp ' +
    'current_user default deferrable desc distinct do else end except false fetch for foreign ' +
    'from grant group having in initially intersect into lateral leading limit localtime ' +
    'localtimestamp not null offset on only or order placing primary references returning select ' +
    'session_user some symmetric system_user table then to trailing true union unique user using ' +
    'variadic when where window with'
  ).split(' '),
);
