-- Every migration that was begun, with whatever columns the ledger has: earlier versions of this
-- library knew fewer. :ledger is the table's name.
SELECT * FROM :ledger
