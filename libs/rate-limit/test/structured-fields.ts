import { parseList } from 'structured-headers';

/** A header as a parser of structured fields reads it; byte sequences in base64. */
export function listOf(response: Response, header: string) {
  return parseList(response.headers.get(header) ?? '').map(([name, parameters]) => ({
    name,
    ...Object.fromEntries([...parameters].map(([key, value]) => [key, readable(value)])),
  }));
}

function readable(value: unknown): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value).toString('base64') : value;
}
