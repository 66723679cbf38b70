/*
 * Each is done by Redis at one stroke. The leases of a key are a hash of how many each server has; those count whose server
 * is alive, which it says by a key that runs out.
 */

const count = `
local function count(key, alive)
  local total = 0
  local held = redis.call('HGETALL', key)
  for at = 1, #held, 2 do
    if redis.call('EXISTS', alive .. held[at]) == 1 then total = total + held[at + 1]
    else redis.call('HDEL', key, held[at]) end
  end
  return total
end
`;

/** Keys: of the bounds. Arguments: how the keys of servers that live begin, this server, how long it lives and leases are kept, the limits. Answers 0, or which bound is full. */
export const lease = `${count}
redis.call('SET', ARGV[1] .. ARGV[2], 1, 'PX', ARGV[3])
for at, key in ipairs(KEYS) do
  local limit = ARGV[at + 4]
  if limit ~= 'none' and count(key, ARGV[1]) >= tonumber(limit) then return at end
end
for _, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, ARGV[2], 1)
  redis.call('PEXPIRE', key, ARGV[4])
end
return 0
`;

/** Keys: of the bounds. Arguments: this server. */
export const release = `
for _, key in ipairs(KEYS) do
  if redis.call('HINCRBY', key, ARGV[1], -1) <= 0 then redis.call('HDEL', key, ARGV[1]) end
end
`;

/** Keys: one. Arguments: how the keys of servers that live begin. */
export const held = `${count}
return count(KEYS[1], ARGV[1])
`;

/** Keys: of what a server has leased. Arguments: this server, how long leases are kept, how many there are of each. */
export const restate = `
for at, key in ipairs(KEYS) do
  redis.call('HSET', key, ARGV[1], ARGV[at + 2])
  redis.call('PEXPIRE', key, ARGV[2])
end
`;

/** Keys: one. Arguments: what is added, and for how long the sum is kept from its beginning on. */
export const add = `
local sum = redis.call('INCRBYFLOAT', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return sum
`;
