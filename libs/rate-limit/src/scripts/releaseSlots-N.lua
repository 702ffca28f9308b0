-- Frees the slots of one holder.
--
-- KEYS[i] a concurrency policy's slots
-- ARGV[1] the holder's slot
-- ARGV[2…] of each key one: how many slots it holds there
-- Returns how many were still held.

local freed = 0
for i = 1, #KEYS do
  for n = 1, tonumber(ARGV[i + 1]) do
    freed = freed + redis.call('ZREM', KEYS[i], ARGV[1] .. ':' .. n)
  end
end
return freed
