import { hash } from 'node:crypto';

/** JavaScript's `$` ends a line at U+2028 and U+2029 too. */
const NOT_NORMAL = /[\r\u2028\u2029]|[ \t](?:\n|$)|\n\n$/;

/**
 * The text of a migration as far as its checksum is concerned: `\n` line ends, no blanks at the
 * end of a line and no blank lines at the end of the file. An editor's or git's
 * habits may change these without changing what the migration does.
 */
function normaliseText(text: string): string {
  // Most files are so already, and looking is cheaper than replacing nothing.
  if (!NOT_NORMAL.test(text)) return text.endsWith('\n') ? text.slice(0, -1) : text;
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n+$/, '');
}

/** SHA-256 over the normalised text, as 64 hexadecimal digits. */
export function checksumOf(text: string): string {
  return hash('sha256', normaliseText(text));
}
