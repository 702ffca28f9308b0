import { readMigrationDirectory } from '../migration-directory.js';
import type { MigrationFile } from '../migration-file.js';
import { acceptancesIn, readAcceptances, type Acceptance } from './acceptance.js';
import { KnownSchema } from './known-schema.js';
import type { LintFinding, LintOptions, LintReport } from './lint-report.js';
import { LintedFile } from './linted-file.js';
import type { Breach, LintRule } from './rule.js';
import { RULES } from './rules/index.js';
import { loadSqlParser, type SqlParser, type SqlStatement } from './sql-parser.js';

interface FileReport {
  readonly findings: LintFinding[];
  readonly accepted: (LintFinding & { because: string })[];
}

/** See `lintMigrations`. */
export async function lint(options: LintOptions): Promise<LintReport> {
  const { directory, from = 0, requireTimeouts = false } = options;
  const [{ files }, outside, parse] = await Promise.all([
    readMigrationDirectory(directory, ['.sql']),
    readAcceptances(directory),
    loadSqlParser(),
  ]);
  const schema = new KnownSchema();
  const first = files.find(({ version }) => version >= from);
  const reports = files.map((file): FileReport => {
    const isLooked = file.version >= from;
    const isSameRelease = options.from !== undefined && isLooked && file !== first;
    if (!isSameRelease) schema.beginBatch();
    const linted = parseFile(file, parse, requireTimeouts);
    if (!(linted instanceof LintedFile)) return { findings: [linted], accepted: [] };
    if (isLooked) return lintFile(linted, schema, outside.get(file.fileName) ?? []);
    for (const statement of linted.statements) schema.learn(statement);
    return { findings: [], accepted: [] };
  });
  const present = new Set(files.map(({ fileName }) => fileName));
  const astray = [...outside]
    .filter(([name]) => !present.has(name))
    .flatMap(([name, each]) => each.map((one) => problemOf(one, `there is no file ${name}`)));
  return {
    files: files.filter(({ version }) => version >= from).length,
    findings: [...reports.flatMap(({ findings }) => findings), ...astray],
    accepted: reports.flatMap(({ accepted }) => accepted),
  };
}

function parseFile(
  file: MigrationFile,
  parse: SqlParser,
  requireTimeouts: boolean,
): LintedFile | LintFinding {
  const parsed = parse(file.text);
  if ('statements' in parsed) return new LintedFile(file, parsed, requireTimeouts);
  return {
    ...parsed.place,
    fileName: file.fileName,
    rule: 'syntax',
    message: parsed.message,
    why: 'PostgreSQL does not understand the file.',
    instead: '',
  };
}

/** Every breach of the file, against what is accepted; the schema knows the file afterwards. */
function lintFile(
  file: LintedFile,
  schema: KnownSchema,
  outside: readonly Acceptance[],
): FileReport {
  const report: FileReport = { findings: [], accepted: [] };
  const acceptances = [...acceptancesIn(file.file.fileName, file.parsed), ...outside];
  const used = new Set<Acceptance>();
  for (const [index, statement] of file.statements.entries()) {
    for (const rule of RULES) {
      for (const breach of rule.find(statement, { schema, file, index })) {
        const finding = findingOf(file, statement, rule, breach);
        const acceptance = acceptances.find((each) => accepts(each, rule, statement));
        if (acceptance === undefined) report.findings.push(finding);
        else report.accepted.push({ ...finding, because: acceptance.because });
        if (acceptance !== undefined) used.add(acceptance);
      }
    }
    schema.learn(statement);
  }
  report.findings.push(...acceptances.flatMap((each) => problemsOf(each, used.has(each))));
  report.findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return report;
}

function accepts(acceptance: Acceptance, rule: LintRule, statement: SqlStatement): boolean {
  const isAbout = acceptance.statement === undefined || acceptance.statement === statement;
  return isAbout && acceptance.rule === rule.id && acceptance.because !== '';
}

function findingOf(
  { file, parsed }: LintedFile,
  statement: SqlStatement,
  { id, why }: LintRule,
  { at, message, instead }: Breach,
): LintFinding {
  const place = parsed.source.placeOf(at ?? statement.start);
  return { fileName: file.fileName, ...place, rule: id, message, why, instead };
}

function problemsOf(acceptance: Acceptance, isUsed: boolean): LintFinding[] {
  if (!RULES.some(({ id }) => id === acceptance.rule)) {
    return [problemOf(acceptance, `there is no rule "${acceptance.rule}"`)];
  }
  if (acceptance.because === '') {
    return [problemOf(acceptance, `accepts ${acceptance.rule} without a reason`)];
  }
  return isUsed ? [] : [problemOf(acceptance, `accepts ${acceptance.rule}, which nothing breaks`)];
}

function problemOf({ fileName, place, rule }: Acceptance, message: string): LintFinding {
  return {
    fileName,
    ...place,
    rule: 'acceptance',
    message,
    why: 'An acceptance names a rule, gives a reason and stands where the rule is broken.',
    instead: `-- lint: accept ${rule || '<rule>'} because <reason>`,
  };
}
