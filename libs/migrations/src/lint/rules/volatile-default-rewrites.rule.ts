import type { LintRule } from '../rule.js';
import { addedColumns } from '../tree/alter-table.js';
import { functionsIn } from '../tree/expressions.js';
import { afterFirstWord, clauseAt, typeText } from '../tree/text.js';

/**
 * Functions that give one value for the whole statement, so that it is stored once for all rows. Of
 * any other it is not known from the text, and it counts as volatile.
 */
export const STABLE_FUNCTIONS = new Set(
  (
    'now transaction_timestamp statement_timestamp current_setting current_user timezone lower ' +
    'upper concat concat_ws format md5 date_trunc date_part make_date make_interval make_timestamptz ' +
    'to_char to_date to_timestamp to_json to_jsonb json_build_object json_build_array ' +
    'jsonb_build_object jsonb_build_array jsonb_object json_object array_fill string_to_array abs ' +
    'round floor ceil length repeat replace trim btrim int4range int8range numrange tsrange ' +
    'tstzrange daterange to_tsvector'
  ).split(' '),
);

export const volatileDefaultRewrites: LintRule = {
  id: 'volatile-default-rewrites',
  why:
    'A default that gives each row a value of its own is written into all rows at once, under a ' +
    'lock that shuts everybody out.',
  *find(statement, { schema }) {
    for (const { table, column, definition, constraints } of addedColumns(statement)) {
      const given = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT');
      const unknown = functionsIn(given?.raw_expr).find((name) => !STABLE_FUNCTIONS.has(name));
      if (given === undefined || unknown === undefined || schema.isNew(table)) continue;
      const type = typeText(statement, definition);
      const value = afterFirstWord(clauseAt(statement, given.location ?? statement.start));
      yield {
        at: given.location,
        message: `${table} is locked and rewritten, since ${unknown}() may differ from row to row`,
        instead:
          `ALTER TABLE ${table} ADD COLUMN ${column} ${type};\n` +
          `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${value};\n` +
          `-- in files of their own, some thousand rows each:\n` +
          `UPDATE ${table} SET ${column} = DEFAULT WHERE ${column} IS NULL AND <range of the key>;`,
      };
    }
  },
};
