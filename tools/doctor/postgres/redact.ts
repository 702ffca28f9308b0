/**
 * What a statement is made of, as far as it matters here. In this order: comments; quoted names;
 * texts, of which those with a prefix and those in dollars; parameters; words; numbers.
 */
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))`,
    String.raw`(?<name>"(?:[^"]|"")*(?:"|$))`,
    String.raw`(?<text>(?:[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$))|(?:(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$))|(?:\$(?<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\k<tag>\$|$(?![\s\S]))))`,
    String.raw`(?<parameter>\$\d+)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<number>(?:\d[\w.]*|\.\d[\w.]*))`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'g',
);

const LONGEST = 2_000;

/**
 * A statement without what somebody may have put into it: texts and numbers become `?`, comments go,
 * white space becomes one blank. A text that was cut off ends the statement. Parameters stay.
 */
export function redact(sql: string): string {
  let redacted = '';
  for (const { groups = {}, 0: token } of sql.matchAll(TOKEN)) {
    if (groups.comment !== undefined) redacted += ' ';
    else redacted += groups.text === undefined && groups.number === undefined ? token : '?';
  }
  const line = redacted.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
}

/** The beginning of a statement, for a table. */
export function shortened(sql: string, length: number): string {
  return sql.length > length ? `${sql.slice(0, length - 2)} …` : sql;
}
