/**
 * Types in the order in which MongoDB sorts values of different types, by the names that `$type`
 * takes. Types of one line are compared with each other; `$gt` finds only values of the same line.
 */
const BRACKETS: readonly (readonly string[])[] = [
  ['minKey'],
  ['null', 'undefined'],
  ['int', 'long', 'double', 'decimal'],
  ['string', 'symbol'],
  ['object'],
  ['binData'],
  ['objectId'],
  ['bool'],
  ['date'],
  ['timestamp'],
  ['regex'],
  ['dbPointer'],
  ['javascript'],
  ['javascriptWithScope'],
  ['maxKey'],
];

/** By the names that the driver's classes carry; whatever is none of them is an object. */
const TYPE_OF_BSON: Readonly<Record<string, string>> = {
  MinKey: 'minKey',
  Int32: 'int',
  Long: 'long',
  Double: 'double',
  Decimal128: 'decimal',
  BSONSymbol: 'symbol',
  Binary: 'binData',
  UUID: 'binData',
  ObjectId: 'objectId',
  Timestamp: 'timestamp',
  BSONRegExp: 'regex',
  DBRef: 'object',
  Code: 'javascript',
  MaxKey: 'maxKey',
};

/** Types that sort after the value's; `$gt` with the value finds none of them. */
export function typesAfter(value: unknown): string[] {
  const type = typeOf(value);
  const at = BRACKETS.findIndex((bracket) => bracket.includes(type));
  return BRACKETS.slice(at + 1).flat();
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'bigint') return 'long';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regex';
  const name = (value as { readonly _bsontype?: string })._bsontype;
  return TYPE_OF_BSON[name ?? ''] ?? 'object';
}
