-- Lays out a publisher's partitions, where that has not been done.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  number of partitions
--
-- Returns the number of partitions that holds.
local layout = KEYS[1] .. ':layout'
redis.call('HSETNX', layout, 'partitions', ARGV[1])
return tonumber(redis.call('HGET', layout, 'partitions'))
