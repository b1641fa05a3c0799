/**
 * The scripts that run inside Redis. A script runs as a whole, so that each is one compare-and-set.
 *
 * Keys of a context: `<id>` the YAML text, and under `showtime:context:<id>:` the hashes `newest` (version, time, hash of
 * the text, keys of events), `versions` (a version's token and its JSON), `trees` (a version's tree) and `claims`.
 */

/** The keys of a context, in the order in which the scripts take them. */
export function keysOf(id: string): readonly string[] {
  return [id, ...["newest", "versions", "trees", "claims"].map((name) => `showtime:context:${id}:${name}`)];
}

/** Matches the keys that say which contexts there are. */
export const LIST_PATTERN = "showtime:context:*:newest";

/** The ID in a key that {@link LIST_PATTERN} matches. An ID has no colon. */
export function idOfKey(key: string): string {
  return key.split(":")[2] ?? "";
}

/**
 * Reads the newest version: nothing, `{"ours", version's JSON, tree, keys}`, or `{"foreign", hash, text, version, keys}`
 * if another program wrote the text.
 */
export const READ = `
local text = redis.call('GET', KEYS[1])
if not text then return false end
local newest = redis.call('HMGET', KEYS[2], 'version', 'hash', 'keys')
local hash = redis.sha1hex(text)
if newest[2] == hash then
  local info = redis.call('HGET', KEYS[3], newest[1])
  local tree = redis.call('HGET', KEYS[4], newest[1])
  if info and tree then return {'ours', info, tree, newest[3]} end
end
return {'foreign', hash, text, newest[1] or '0', newest[3] or '{}'}`;

/** Reads the number and the time of the newest version: nothing, or -1 if another program wrote the text. */
export const NEWEST = `
local text = redis.call('GET', KEYS[1])
if not text then return false end
local newest = redis.call('HMGET', KEYS[2], 'version', 'hash', 'time')
if newest[2] ~= redis.sha1hex(text) then return -1 end
return {newest[1], newest[3]}`;

/**
 * Writes a version. Arguments: expected version, version, time, keys, token and JSON, tree, number of kept versions, token,
 * either the text or the hash of a foreign text that stays, and the expected version's time or nothing. Returns 1 if the version stands, also from an earlier
 * attempt with the token; 0 if another version is there; -1 if another program wrote the text.
 */
export const COMMIT = `
local text = redis.call('GET', KEYS[1])
local newest = redis.call('HMGET', KEYS[2], 'version', 'hash', 'time')
local version = newest[1] or '0'
local kept = redis.call('HGET', KEYS[3], ARGV[2])
if text and kept and string.sub(kept, 1, #ARGV[8]) == ARGV[8] then return 1 end
local hash = ARGV[10]
if not text then
  if ARGV[1] ~= '0' or hash ~= '' then return 0 end
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
else
  local now = redis.sha1hex(text)
  if hash == '' and newest[2] ~= now then return -1 end
  if version ~= ARGV[1] or (hash ~= '' and hash ~= now) then return 0 end
  if ARGV[11] ~= '' and newest[3] ~= ARGV[11] then return 0 end
end
redis.call('HSET', KEYS[4], ARGV[2], ARGV[6])
redis.call('HSET', KEYS[3], ARGV[2], ARGV[5])
if hash == '' then
  redis.call('SET', KEYS[1], ARGV[9])
  hash = redis.sha1hex(ARGV[9])
end
redis.call('HSET', KEYS[2], 'version', ARGV[2], 'time', ARGV[3], 'hash', hash, 'keys', ARGV[4])
local old = tonumber(ARGV[2]) - tonumber(ARGV[7])
while old > 0 and redis.call('HDEL', KEYS[4], string.format('%d', old)) == 1 do
  redis.call('HDEL', KEYS[3], string.format('%d', old))
  old = old - 1
end
return 1`;

/** Reads the kept versions after a version, the newest first; -1 if another program wrote the text. */
export const HISTORY = `
local text = redis.call('GET', KEYS[1])
if not text then return {} end
local newest = redis.call('HMGET', KEYS[2], 'version', 'hash')
if newest[2] ~= redis.sha1hex(text) then return -1 end
local found = {}
local version = tonumber(newest[1])
while version > tonumber(ARGV[1]) do
  local info = redis.call('HGET', KEYS[3], string.format('%d', version))
  if not info then break end
  found[#found + 1] = info
  version = version - 1
end
return found`;

/** Reads the tree of a version; nothing if there is no such context. */
export const TREE_OF = `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return redis.call('HGET', KEYS[4], ARGV[1])`;

/** Removes a context, and says whether there was one. */
export const REMOVE = `
local found = redis.call('EXISTS', KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
return found`;

/** Reads a claim; nothing if there is no such context. */
export const CLAIM = `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return redis.call('HGET', KEYS[5], ARGV[1])`;

/**
 * Replaces a claim. Arguments: the key, the old claim, the new one, and `again` if an earlier attempt may have done it.
 * Both claims may be empty.
 */
export const SWAP_CLAIM = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local now = redis.call('HGET', KEYS[5], ARGV[1]) or ''
if now == ARGV[3] and ARGV[4] == 'again' then return 1 end
if now ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[5], ARGV[1])
else redis.call('HSET', KEYS[5], ARGV[1], ARGV[3]) end
return 1`;
