/** An object with a statement of its own. */
export interface SchemaObject {
  /** Catalog and oid. */
  readonly id: string;
  /** Objects of a lower one come first, as far as what they need lets them. */
  readonly group: number;
  /** The table or view that it is, or belongs to; empty if neither. */
  readonly relation: string;
  readonly name: string;
  readonly ddl: string;
}

/** One object cannot be made before the other. */
export interface SchemaNeed {
  readonly from: string;
  readonly to: string;
}

/**
 * Objects in an order in which they can be made, which depends on their names alone: each after all
 * that it needs.
 * @param wholes for what has no statement of its own, the object whose statement makes it
 */
export function inOrder(
  objects: readonly SchemaObject[],
  needs: readonly SchemaNeed[],
  wholes: readonly (readonly [part: string, whole: string])[],
): SchemaObject[] {
  const sorted = objects.toSorted(byReading);
  const known = new Map(sorted.map((object, position) => [object.id, { object, position }]));
  const whole = new Map(wholes);
  const resolve = (id: string): string | undefined => {
    // What is neither an object nor a part of one is PostgreSQL's own, or was left out.
    for (let at: string | undefined = id; at !== undefined; at = whole.get(at)) {
      if (known.has(at)) return at;
    }
    return undefined;
  };
  const needed = new Map<string, Set<string>>();
  for (const { from, to } of needs) {
    const [object, other] = [resolve(from), resolve(to)];
    if (object === undefined || other === undefined || object === other) continue;
    needed.set(object, (needed.get(object) ?? new Set()).add(other));
  }
  const ordered: SchemaObject[] = [];
  const seen = new Set<string>();
  const place = (id: string): void => {
    const found = known.get(id);
    // Seen before it is placed: two that need each other are made in the order of their names.
    if (found === undefined || seen.has(id)) return;
    seen.add(id);
    const first = [...(needed.get(id) ?? [])];
    first.sort((a, b) => (known.get(a)?.position ?? 0) - (known.get(b)?.position ?? 0));
    for (const each of first) place(each);
    ordered.push(found.object);
  };
  for (const { id } of sorted) place(id);
  return ordered;
}

/** By code units: the order must not depend on a locale. */
function byReading(a: SchemaObject, b: SchemaObject): number {
  const isOwn = ({ name, relation }: SchemaObject) => (name === relation ? 0 : 1);
  return (
    a.group - b.group ||
    compare(a.relation, b.relation) ||
    isOwn(a) - isOwn(b) ||
    compare(a.name, b.name) ||
    compare(a.ddl, b.ddl)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
