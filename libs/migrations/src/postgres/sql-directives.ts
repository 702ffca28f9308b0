import type { SqlToken } from './sql-tokens.js';

/** What the header of a SQL file asks for, by comments such as `-- migrate: lock-timeout 500ms`. */
export interface SqlDirectives {
  /** `no-transaction`: statements run one by one, for those that no transaction can hold. */
  readonly noTransaction: boolean;
  /** `breaking`: releases that do not know this migration cannot work on what it makes. */
  readonly breaking: boolean;
  /** `lock-timeout 500ms`: instead of the store's, in ms. */
  readonly lockTimeoutMs: number | undefined;
  /** `statement-timeout 30min`: instead of the store's, in ms. */
  readonly statementTimeoutMs: number | undefined;
}

/** Directives, where the down part begins, and what is wrong with them. */
export interface DirectiveReading {
  readonly directives: SqlDirectives;
  /** The line `-- migrate: down`, which ends what `up` runs. */
  readonly down: SqlToken | undefined;
  readonly problem: string | undefined;
}

type Draft = { -readonly [Name in keyof SqlDirectives]: SqlDirectives[Name] };

/** Each sets what it asks for, or says what it takes instead. */
const DIRECTIVES: Readonly<
  Record<string, (draft: Draft, value: string | undefined) => string | undefined>
> = {
  'no-transaction': flag('noTransaction'),
  breaking: flag('breaking'),
  'lock-timeout': duration('lockTimeoutMs'),
  'statement-timeout': duration('statementTimeoutMs'),
};

const NAMES = [...Object.keys(DIRECTIVES), 'down'].join(', ');
const DIRECTIVE = /^--[ \t]*migrate:[ \t]*(?<name>\S+)?[ \t]*(?<value>.*?)[ \t]*$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** Reads every directive of a file. Those of the header stand above its first statement. */
export function readDirectives(tokens: readonly SqlToken[]): DirectiveReading {
  const reader = new DirectiveReader();
  for (const token of tokens) reader.take(token);
  return reader;
}

class DirectiveReader implements DirectiveReading {
  readonly directives: Draft = {
    noTransaction: false,
    breaking: false,
    lockTimeoutMs: undefined,
    statementTimeoutMs: undefined,
  };
  down: SqlToken | undefined;
  problem: string | undefined;
  private readonly seen = new Set<string>();
  private inHeader = true;

  take(token: SqlToken): void {
    if (token.kind === 'blank' || token.kind === 'block_comment') return;
    if (token.kind !== 'line_comment') {
      this.inHeader = false;
      return;
    }
    const directive = DIRECTIVE.exec(token.text)?.groups;
    if (directive === undefined) return;
    this.problem ??= this.follow(token, directive['name'] ?? '', directive['value'] || undefined);
  }

  /** The problem with it, if there is one. */
  private follow(token: SqlToken, name: string, value: string | undefined): string | undefined {
    const said = `"${token.text}"`;
    if (this.seen.has(name)) return `${said} stands there twice`;
    this.seen.add(name);
    if (name === 'down') {
      this.down = token;
      return value === undefined ? undefined : `${said}: "down" takes no value`;
    }
    const directive = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined;
    if (directive === undefined) return `${said}: no such directive; there are ${NAMES}`;
    if (!this.inHeader) return `${said} must stand above the first statement`;
    const takes = directive(this.directives, value);
    return takes === undefined ? undefined : `${said}: "${name}" ${takes}`;
  }
}

function flag(field: 'noTransaction' | 'breaking') {
  return (draft: Draft, value: string | undefined) => {
    draft[field] = true;
    return value === undefined ? undefined : 'takes no value';
  };
}

function duration(field: 'lockTimeoutMs' | 'statementTimeoutMs') {
  return (draft: Draft, value: string | undefined) => {
    const groups = /^(?<count>\d+)[ \t]*(?<unit>ms|s|min|h)$/.exec(value ?? '')?.groups;
    const ms = Number(groups?.['count']) * (UNIT_MS[groups?.['unit'] ?? ''] ?? Number.NaN);
    draft[field] = ms;
    // PostgreSQL takes 0 for "no limit", and holds 31 bits.
    if (ms > 0 && ms < 2 ** 31) return undefined;
    return 'takes a time above 0 with its unit: 500ms, 2s, 30min, 1h';
  };
}
