import type { Filler } from './filler.ts';
import { users } from './users/users.filler.ts';

/** All that can be filled, in this order. */
export const FILLERS: readonly Filler[] = [users];
