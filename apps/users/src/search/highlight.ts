/** A word as people see one: letters with their marks, digits, underscores. */
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
/** What usernames are made of. */
const PART = /[^_]+/g;
/** From so many parts of three letters in common on, of all that two words have, they are alike. */
const ALIKE = 0.4;
/** Shorter words are too short to be alike by their letters. */
const LONG_ENOUGH = 4;

/**
 * Gives texts as HTML, with `<mark>` around the words that somebody has searched for: those that begin
 * with one of the words, or are much like one. Everything else is escaped, so that what a person wrote
 * about himself is text, whatever it looks like.
 */
export class Highlighter {
  private readonly words: readonly string[];

  /** @param query what was searched for */
  constructor(query: string) {
    const words = [...query.matchAll(WORD)].flatMap(([word]) => [
      word,
      ...(word.match(PART) ?? []),
    ]);
    this.words = [...new Set(words.map(fold))].filter((word) => word !== '');
  }

  mark(text: string): string {
    let html = '';
    let end = 0;
    for (const { 0: word, index } of text.matchAll(WORD)) {
      html += escaped(text.slice(end, index));
      html += this.isMeant(word) ? `<mark>${escaped(word)}</mark>` : escaped(word);
      end = index + word.length;
    }
    return html + escaped(text.slice(end));
  }

  private isMeant(word: string): boolean {
    const folded = fold(word);
    return this.words.some(
      (searched) =>
        folded.startsWith(searched) ||
        (searched.length >= LONG_ENOUGH &&
          (folded.includes(searched) || likeness(folded, searched) >= ALIKE)),
    );
  }
}

/** Nearly as the database does it: without case and accents. */
function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l');
}

function likeness(left: string, right: string): number {
  const [ours, theirs] = [trigrams(left), trigrams(right)];
  const common = [...ours].filter((part) => theirs.has(part)).length;
  return common / (ours.size + theirs.size - common);
}

/** As pg_trgm's: with two blanks before and one behind. */
function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  return new Set(
    Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3)),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
