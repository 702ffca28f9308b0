import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A mail as its recipient gets it. */
export interface ReceivedMail {
  /** By their names in lower case, unfolded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
  /** Whom the envelope named. */
  readonly envelope?: readonly string[];
}

/** Takes apart what has two texts, plain and HTML. */
export function parseMail(source: string): ReceivedMail {
  const { headers, body } = divide(source);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  const parts = body.split(`--${boundary}`).map((part) => divide(part.replace(/^\r\n/, '')));
  const part = (type: string) => {
    const found = parts.find(({ headers }) => headers.get('content-type')?.startsWith(type));
    if (!found) throw new Error(`no ${type} in ${source}`);
    return decode(found.body, found.headers.get('content-transfer-encoding')).trim();
  };
  return { headers, text: part('text/plain'), html: part('text/html') };
}

/** The token in a mail's text; fails where there is none. */
export function tokenIn({ text }: ReceivedMail): string {
  const token = /^[\w-]{64}$/m.exec(text)?.[0];
  if (token === undefined) throw new Error(`no token in: ${text}`);
  return token;
}

/** Mails that were put into files, oldest first. */
export async function mailsIn(directory: string, to: string): Promise<ReceivedMail[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.eml')).toSorted();
  const sources = await Promise.all(
    files.map(async (file) => readFile(path.join(directory, file), 'utf8')),
  );
  return sources.map(parseMail).filter(({ headers }) => headers.get('to') === to);
}

function divide(source: string) {
  const [head = '', ...rest] = source.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^:]*):?\s*(.*)$/.exec(line) ?? [];
      return [name.toLowerCase(), value] as const;
    }),
  );
  return { headers, body: rest.join('\r\n\r\n') };
}

function decode(body: string, encoding = '7bit'): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(bytes, 'latin1').toString();
}
