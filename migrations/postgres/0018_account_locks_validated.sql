-- The check that 0016 added without a look at the rows that were there; people go on signing in.
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_lock_reason_check;
