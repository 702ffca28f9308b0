import { type InputError, ValidationError } from '@trilith/service';

/** Anything that an application keeps with an account: a JSON object. */
export type Metadata = Readonly<Record<string, unknown>>;

/** Bounds of metadata: levels of nesting, members of all objects and entries of all lists together. */
const MOST = { levels: 8, values: 500, keyLength: 100, bytes: 8 * 1024 } as const;

/**
 * Gives back metadata that can be stored, as it is after a patch was merged: a patch alone tells nothing
 * of its size.
 *
 * @throws ValidationError
 */
export function storable(metadata: Metadata): Metadata {
  const refused = whatIsWrong(metadata);
  if (refused) throw metadataError(refused);
  return metadata;
}

/** The database's own bound, on its own form of a text: it writes 1e308 with 309 digits. */
export function tooLarge(): ValidationError {
  return metadataError({
    message: 'Together with what is there, it takes too much room.',
    allowed: { max: MOST.bytes },
  });
}

function metadataError(refused: Pick<InputError, 'message' | 'allowed'>): ValidationError {
  return new ValidationError([{ in: 'body', path: '$.metadata', ...refused }]);
}

/** Why metadata, or a part of it, could not be stored; undefined where it could. */
export function whatIsWrong(
  metadata: Metadata,
): Pick<InputError, 'message' | 'allowed'> | undefined {
  let values = 0;
  const pending: { value: unknown; level: number }[] = [{ value: metadata, level: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, level } = next;
    if (level > MOST.levels) return { message: 'Nests too deep.', allowed: { max: MOST.levels } };
    const wrong = wrongAlone(value);
    if (wrong !== undefined) return { message: wrong };
    const inside = membersOf(value);
    values += inside.length;
    if (values > MOST.values) return { message: 'Holds too much.', allowed: { max: MOST.values } };
    pending.push(...inside.map((member) => ({ value: member, level: level + 1 })));
  }
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MOST.bytes) return { message: 'Is too large.', allowed: { max: MOST.bytes } };
  return undefined;
}

function membersOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** What is wrong with a value, whatever is inside it. */
function wrongAlone(value: unknown): string | undefined {
  if (typeof value === 'string') return wrongText(value);
  // 1e999 is infinite to JavaScript, and would be stored as null.
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'Holds too big a number.';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const key of Object.keys(value)) {
    if (key.length > MOST.keyLength) return `Has a key longer than ${MOST.keyLength} characters.`;
    const wrong = wrongText(key);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** PostgreSQL takes no U+0000, and lone surrogates have no UTF-8 form. */
function wrongText(text: string): string | undefined {
  const isStorable = text.isWellFormed() && !text.includes('\u0000');
  return isStorable ? undefined : 'Contains a character that cannot be stored.';
}
