-- Removes dead letters, and keeps the latest of those removed with the reason.
--
-- KEYS[1]  stream of dead letters
-- KEYS[2]  stream of discarded letters
-- ARGV[1]  reason
-- ARGV[2]  how many discarded letters are kept, about
-- ARGV[3…] ids of the letters
--
-- Returns the ids of those that were discarded.
local discarded = {}
for index = 3, #ARGV do
  local id = ARGV[index]
  local letter = redis.call('XRANGE', KEYS[1], id, id)[1]
  if letter then
    local fields = letter[2]
    for _, field in ipairs({ 'discarded-letter', id, 'discarded-reason', ARGV[1] }) do
      fields[#fields + 1] = field
    end
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', unpack(fields))
    redis.call('XDEL', KEYS[1], id)
    discarded[#discarded + 1] = id
  end
end
return discarded
