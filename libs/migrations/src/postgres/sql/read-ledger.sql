-- Every migration that was begun, with whatever columns the ledger has: earlier versions of this
-- library knew fewer. :ledger is the table's name.
-- One JSON text, because every start of every replica reads it: the driver takes ten times as long for
-- a thousand rows. As text, because a program may have told the driver to read JSON in its own way.
SELECT coalesce(json_agg(entry), '[]')::text AS entries FROM :ledger AS entry
