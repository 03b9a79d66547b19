/** The rules of meters once more, in Lua, so that one step is one round trip and nobody comes between. */

/** What all scripts share. Numbers are written whole: Lua would write large ones with an exponent. */
const common = `
local prefix = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
local function field(key, name) return tonumber(redis.call('HGET', key, name) or '0') end
local function sliceOf(at, length, slices) return math.floor(at / (length / slices)) end

-- A slice of a window that rolls counts until all of it is past.
local function drop(key, length, slices)
  local first = sliceOf(now - length, length, slices)
  local oldest = nil
  local all = redis.call('HGETALL', key)
  for place = 1, #all, 2 do
    if string.sub(all[place], 1, 1) == 's' then
      local slice = tonumber(string.sub(all[place], 2))
      if slice < first then
        redis.call('HINCRBY', key, 'u', text(-tonumber(all[place + 1])))
        redis.call('HDEL', key, all[place])
      elseif oldest == nil or slice < oldest then
        oldest = slice
      end
    end
  end
  return oldest
end

local function use(key, kind, amount, at, length, slices)
  if amount == 0 or kind == 'h' then return end
  redis.call('HINCRBY', key, 'u', text(amount))
  if kind == 'r' then redis.call('HINCRBY', key, 's' .. text(sliceOf(at, length, slices)), text(amount)) end
end

local function release(key, amount)
  local held = field(key, 'r')
  redis.call('HSET', key, 'r', text(math.max(0, held - amount)))
end

-- As it is kept: six words for each claim.
local function claimsIn(id)
  local found = redis.call('HGETALL', prefix .. 'v:' .. id)
  if #found == 0 then return nil end
  local held = {}
  for place = 1, #found, 2 do held[found[place]] = found[place + 1] end
  return held
end

local function writeOff(id)
  local held = claimsIn(id)
  if held == nil or held['off'] then return end
  for place = 1, tonumber(held['n']) do
    local key, kind = held['k' .. place], held['w' .. place]
    local amount, length, slices = tonumber(held['a' .. place]), tonumber(held['l' .. place]), tonumber(held['c' .. place])
    release(key, amount)
    use(key, kind, amount, now, length, slices)
    redis.call('HSET', prefix .. 'v:' .. id, 'z' .. place, text(field(key, 'n')))
  end
  redis.call('HSET', prefix .. 'v:' .. id, 'off', text(now))
  redis.call('PEXPIRE', prefix .. 'v:' .. id, 86400000)
end

-- What one that is gone has held, a part at a time, so that no call takes long.
local function sweep(me)
  for _, owner in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'owners', '-inf', text(now), 'LIMIT', 0, 1)) do
    if owner ~= me then
      local ids = redis.call('SPOP', prefix .. 'o:' .. owner, 200)
      for _, id in ipairs(ids) do writeOff(id) end
      if #ids < 200 then redis.call('ZREM', prefix .. 'owners', owner) end
    end
  end
end

-- What is kept elsewhere of a meter that is not here; false where that has to be asked for first.
local function fill(key, kind, ends, known)
  if (kind ~= 't' and kind ~= 'c') or redis.call('EXISTS', key) == 1 then return true end
  if known < 0 then return false end
  redis.call('HSET', key, 'u', text(known), 'r', '0')
  if kind == 'c' then redis.call('PEXPIREAT', key, text(ends + 86400000)) end
  return true
end

local function keepFor(key, kind, length, ends)
  if kind == 'c' then redis.call('PEXPIREAT', key, text(ends + 86400000)) end
  if kind == 'r' then redis.call('PEXPIRE', key, text(length * 2 + 3600000)) end
end
`

/** prefix, owner, lease, id, count, and for each claim: key, kind, length or end, slices, amount, cap or -1, what is kept elsewhere or -1. */
export const reserveScript = `${common}
local owner, lease, id, count = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
redis.call('ZADD', prefix .. 'owners', text(now + lease), owner)
sweep(owner)
local claims, short, unknown, answer = {}, {}, {}, {}
for place = 1, count do
  local at = 6 + (place - 1) * 7
  local claim = { key = prefix .. 'm:' .. ARGV[at], kind = ARGV[at + 1], length = tonumber(ARGV[at + 2]), slices = tonumber(ARGV[at + 3]), amount = tonumber(ARGV[at + 4]), cap = tonumber(ARGV[at + 5]), known = tonumber(ARGV[at + 6]) }
  claims[place] = claim
  if not fill(claim.key, claim.kind, claim.length, claim.known) then unknown[#unknown + 1] = place - 1 end
end
if #unknown > 0 then return { 2, text(now), unknown } end
local isHeld = redis.call('EXISTS', prefix .. 'v:' .. id) == 1
for place, claim in ipairs(claims) do
  local resets = '-1'
  if claim.kind == 'r' then
    local oldest = drop(claim.key, claim.length, claim.slices)
    local size = claim.length / claim.slices
    resets = text(((oldest or sliceOf(now, claim.length, claim.slices)) + 1) * size + claim.length)
  end
  claim.used, claim.reserved = field(claim.key, 'u'), field(claim.key, 'r')
  if not isHeld and claim.cap >= 0 and claim.used + claim.reserved + claim.amount > claim.cap then
    short[#short + 1] = place - 1
  end
  answer[#answer + 1] = text(claim.used)
  answer[#answer + 1] = text(claim.reserved)
  answer[#answer + 1] = resets
end
if #short > 0 then return { 0, text(now), answer, short } end
if isHeld then return { 1, text(now), answer } end
local kept = { 'owner', owner, 'n', text(count) }
for place, claim in ipairs(claims) do
  redis.call('HINCRBY', claim.key, 'r', text(claim.amount))
  keepFor(claim.key, claim.kind, claim.length, claim.length)
  answer[(place - 1) * 3 + 2] = text(claim.reserved + claim.amount)
  for _, word in ipairs({ 'k' .. place, claim.key, 'w' .. place, claim.kind, 'a' .. place, text(claim.amount), 'l' .. place, text(claim.length), 'c' .. place, text(claim.slices) }) do
    kept[#kept + 1] = word
  end
end
redis.call('HSET', prefix .. 'v:' .. id, unpack(kept))
redis.call('SADD', prefix .. 'o:' .. owner, id)
return { 1, text(now), answer }
`

/** prefix, id, count, and for each claim: key, kind, length or end, slices, used, what is kept elsewhere or -1. */
export const settleScript = `${common}
local id, count = ARGV[2], tonumber(ARGV[3])
local unknown = {}
for place = 1, count do
  local at = 4 + (place - 1) * 6
  if not fill(prefix .. 'm:' .. ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 5])) then unknown[#unknown + 1] = place - 1 end
end
if #unknown > 0 then return { 2, unknown } end
if not redis.call('SET', prefix .. 'd:' .. id, '1', 'NX', 'PX', 86400000) then return 0 end
local held = claimsIn(id)
if held ~= nil then
  for place = 1, tonumber(held['n']) do
    local key, kind = held['k' .. place], held['w' .. place]
    local amount, length, slices = tonumber(held['a' .. place]), tonumber(held['l' .. place]), tonumber(held['c' .. place])
    if not held['off'] then
      release(key, amount)
    elseif kind ~= 'h' and held['z' .. place] == text(field(key, 'n')) then
      local taken = amount
      if kind == 'r' then
        local slice = 's' .. text(sliceOf(tonumber(held['off']), length, slices))
        taken = math.min(amount, field(key, slice))
        if taken > 0 then redis.call('HINCRBY', key, slice, text(-taken)) end
      end
      redis.call('HSET', key, 'u', text(math.max(0, field(key, 'u') - taken)))
    end
  end
  redis.call('DEL', prefix .. 'v:' .. id)
  redis.call('SREM', prefix .. 'o:' .. held['owner'], id)
end
for place = 1, count do
  local at = 4 + (place - 1) * 6
  local key, kind, length = prefix .. 'm:' .. ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  use(key, kind, tonumber(ARGV[at + 4]), now, length, tonumber(ARGV[at + 3]))
  keepFor(key, kind, length, length)
end
return 1
`

/** prefix, owner, lease: the lease is renewed, and what others left is written off. */
export const leaseScript = `${common}
redis.call('ZADD', prefix .. 'owners', text(now + tonumber(ARGV[3])), ARGV[2])
sweep(ARGV[2])
return text(now)
`

/** prefix, and for each meter: key, kind, length, slices. */
export const readScript = `${common}
local answer = {}
for at = 2, #ARGV, 4 do
  local key, resets = prefix .. 'm:' .. ARGV[at], '-1'
  if ARGV[at + 1] == 'r' then
    local length, slices = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    local oldest = drop(key, length, slices)
    resets = text(((oldest or sliceOf(now, length, slices)) + 1) * (length / slices) + length)
  end
  answer[#answer + 1] = text(field(key, 'u'))
  answer[#answer + 1] = text(field(key, 'r'))
  answer[#answer + 1] = resets
end
return answer
`

/** prefix, key: nothing counts as used from now on. */
export const resetScript = `${common}
local key = prefix .. 'm:' .. ARGV[2]
if redis.call('EXISTS', key) == 0 then return 0 end
for _, name in ipairs(redis.call('HKEYS', key)) do
  if string.sub(name, 1, 1) == 's' then redis.call('HDEL', key, name) end
end
redis.call('HSET', key, 'u', '0')
redis.call('HINCRBY', key, 'n', '1')
return 1
`
