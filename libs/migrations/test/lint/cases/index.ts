import { INDEXES } from './indexes.cases.js';
import { COLUMNS } from './columns.cases.js';
import { CONSTRAINTS } from './constraints.cases.js';
import { REMOVALS } from './removals.cases.js';
import { TRAFFIC } from './traffic.cases.js';

export const CASES = [...INDEXES, ...COLUMNS, ...CONSTRAINTS, ...REMOVALS, ...TRAFFIC];
