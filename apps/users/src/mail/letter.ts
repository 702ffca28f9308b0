/** A part of a letter: a paragraph, or something to copy or to follow. */
export type LetterPart = string | { readonly code: string } | { readonly link: string };

/** What a person reads. */
export interface Letter {
  readonly subject: string;
  readonly parts: readonly LetterPart[];
}

/** A letter in both forms that mail has. */
export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** As plain text, and as HTML in which every text stands for itself alone. */
export function render({ subject, parts }: Letter): RenderedLetter {
  const text = `${parts.map(asText).join('\n\n')}\n`;
  const body = parts.map(asHtml).join('\n');
  const html = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escape(subject)}</title></head><body>\n${body}\n</body></html>\n`;
  return { subject, text, html };
}

function asText(part: LetterPart): string {
  if (typeof part === 'string') return part;
  return 'code' in part ? part.code : part.link;
}

function asHtml(part: LetterPart): string {
  if (typeof part === 'string') return `<p>${escape(part)}</p>`;
  if ('code' in part) return `<p><code>${escape(part.code)}</code></p>`;
  const link = escape(part.link);
  return `<p><a href="${link}">${link}</a></p>`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
