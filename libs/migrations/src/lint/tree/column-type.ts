import type { TypeName } from 'libpg-query';
import { constantOf } from './expressions.js';
import { stringsOf } from './names.js';

/** A column's type: `varchar` with modifiers `[30]`. */
export interface KnownType {
  /** The catalog's own name (`int4`, not `integer`), without a schema. */
  readonly name: string;
  /** What stands in the parentheses. */
  readonly modifiers: readonly number[];
}

export function knownType(type: TypeName | undefined): KnownType | undefined {
  const name = stringsOf(type?.names).at(-1);
  if (name === undefined || type === undefined) return undefined;
  const modifiers = (type.typmods ?? []).map((each) => Number(constantOf(each)));
  return { name: name + '[]'.repeat(type.arrayBounds?.length ?? 0), modifiers };
}

/**
 * Whether PostgreSQL changes one type into the other without looking at a row: both are stored the
 * same, and every value of the first is one of the second.
 */
export function changesWithoutRewrite(from: KnownType, to: KnownType): boolean {
  const [before = Infinity, beforeScale = 0] = from.modifiers;
  const [after = Infinity, afterScale = 0] = to.modifiers;
  const grows = after >= before;
  if (from.name === to.name) {
    if (String(from.modifiers) === String(to.modifiers)) return true;
    if (from.name === 'numeric') return grows && (after === Infinity || afterScale === beforeScale);
    return GROWING.has(from.name) && grows;
  }
  const pair = `${from.name} ${to.name}`;
  return (
    pair === 'varchar text' ||
    pair === 'cidr inet' ||
    (pair === 'text varchar' && after === Infinity)
  );
}

/** Types whose modifier is a limit on the value. For times, none means six digits, the most. */
const GROWING = new Set([
  'varchar',
  'varbit',
  'timestamp',
  'timestamptz',
  'time',
  'timetz',
  'interval',
]);
