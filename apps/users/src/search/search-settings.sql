-- The settings of one search, in a transaction of its own. Plans are made for the very words, and by
-- indexes alone: what a sequential scan would find at this size is not worth its time. The thresholds
-- say how much alike names are, of all their parts of three letters and of the nearest word's.
BEGIN READ ONLY;
SET LOCAL statement_timeout = 2000;
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL enable_seqscan = off;
SET LOCAL pg_trgm.similarity_threshold = 0.45;
SET LOCAL pg_trgm.word_similarity_threshold = 0.5;
