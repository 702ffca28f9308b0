import type { LintRule } from '../rule.js';
import { canonical, quoted, stringsOf } from '../tree/names.js';

export const domainConstraintScans: LintRule = {
  id: 'domain-constraint-scans',
  why: 'A constraint on a domain is held against every row of every table that uses the domain.',
  *find({ node }, { schema }) {
    if (!('AlterDomainStmt' in node)) return;
    const { subtype, typeName, def } = node.AlterDomainStmt;
    const domain = canonical(stringsOf(typeName));
    const constraint = def && 'Constraint' in def ? def.Constraint : undefined;
    // "C" adds a constraint, "O" sets NOT NULL.
    const scans = (subtype === 'C' && !constraint?.skip_validation) || subtype === 'O';
    if (!scans || schema.isNew(domain)) return;
    const name = quoted(constraint?.conname ?? 'value_check');
    yield {
      message: `every table with a column of ${domain} is locked while its rows are looked at`,
      instead:
        `ALTER DOMAIN ${domain} ADD CONSTRAINT ${name} CHECK (…) NOT VALID;\n` +
        `-- in the next file:\nALTER DOMAIN ${domain} VALIDATE CONSTRAINT ${name};`,
    };
  },
};
