/**
 * Takes rows and summaries out of records of a `.wandb` log, in WebAssembly: what src/sources/wandb-local/decode does in
 * JavaScript, for records that are laid out as every SDK lays them out and hold numbers only. It stops before any other, which
 * JavaScript takes. AssemblyScript: https://www.assemblyscript.org/
 *
 * Nothing is allocated here: the memory is the caller's, who puts bytes of records anywhere behind `REGION_END`, with 8
 * more bytes after them.
 *
 * Keys are slots: their encoded fields (`key`, `nested_key`, tags and lengths included), padded with zeros to whole words of 8
 * bytes, so that they are hashed and compared by words. @module
 */

/** Why `scan` or `scanAssembled` stopped; also in src/sources/wandb-local/scan/log-scanner.ts. */
const DONE: i32 = 0;
/** The record has a key that is in no slot: `keyFrom`, `keyTo`. */
const NEW_KEY: i32 = 1;
/** The row has keys that no known shape has together; their name ids lie at `ROW_NAMES_AT`, `rowCount` of them. */
const NEW_SHAPE: i32 = 2;
/** The record is no row and no summary. */
const OTHER_MEMBER: i32 = 3;
/** A row or a summary that is not laid out as usual, or holds more than numbers. */
const UNUSUAL: i32 = 4;
/** There is no room for another row. */
const FULL_ROWS: i32 = 5;
/** The chunk is no record, and the others of it are not there. */
const PIECE: i32 = 6;

/** Meanings of slots in a row; others are name ids. As in history-decoder.ts. */
const STEP: i32 = -1;
const TIMESTAMP: i32 = -2;
const RESERVED: i32 = -3;
const TYPE_TAG: i32 = -4;

const CHUNK_HEADER_BYTES: usize = 7;
const FULL: u32 = 1;
const FIRST: u32 = 2;
const LAST: u32 = 4;
/** Tags of `Record.num`, `.history` and `.summary`; of `item` and of `HistoryRecord.step`. */
const NUM_TAG: u32 = 0x08;
const HISTORY_TAG: u32 = 0x12;
const SUMMARY_TAG: u32 = 0x1a;
const ITEM_TAG: u32 = 0x0a;
const STEP_TAG: u32 = 0x12;
const KEY_TAG: u32 = 0x0a;
const NESTED_KEY_TAG: u32 = 0x12;
/** Tag of `value_json = 16`, two bytes. */
const VALUE_TAG: u32 = 0x0182;

/** Room for keys, shapes and rows; powers of two where a hash is masked. */
const MAX_KEYS: u32 = 4096;
const KEY_BUCKETS: u32 = 8192;
const KEY_BYTES: u32 = 262144;
const MAX_SHAPES: u32 = 1024;
const SHAPE_BUCKETS: u32 = 4096;
const SHAPE_NAMES: u32 = 65536;
const MAX_ROWS: u32 = 4096;
const MAX_VALUES: u32 = 16384;
/** Powers of ten that digits are scaled by: from `-MAX_EXPONENT` on, as in src/sources/wandb-local/scan/powers-of-five.ts. */
const MAX_EXPONENT: i32 = 80;

/** Longer chunks are few for their bytes. */
const MAPPED_LENGTHS: u32 = 4096;
const MAX_MAPS: u32 = 512;
const MAP_ROOM: u32 = 576;

// Addresses. Buckets of keys: the first word of a key u64 | its length u32 | its slot + 1 u32, 0: free.
const REGION_AT: usize = 65536;
export const KEY_ADDRESSES_AT: usize = REGION_AT;
export const KEY_LENGTHS_AT: usize = KEY_ADDRESSES_AT + 4 * MAX_KEYS;
const KEY_MEANINGS_AT: usize = KEY_LENGTHS_AT + 4 * MAX_KEYS;
const KEY_BUCKETS_AT: usize = KEY_MEANINGS_AT + 4 * MAX_KEYS;
const KEY_BYTES_AT: usize = KEY_BUCKETS_AT + 16 * KEY_BUCKETS;
const STAMPS_AT: usize = KEY_BYTES_AT + KEY_BYTES;
const BY_NAME_AT: usize = STAMPS_AT + 4 * MAX_KEYS;
export const ROW_NAMES_AT: usize = BY_NAME_AT + 8 * MAX_KEYS;
const SHAPE_STARTS_AT: usize = ROW_NAMES_AT + 4 * MAX_KEYS;
const SHAPE_COUNTS_AT: usize = SHAPE_STARTS_AT + 4 * MAX_SHAPES;
const SHAPE_HASHES_AT: usize = SHAPE_COUNTS_AT + 4 * MAX_SHAPES;
const SHAPE_BUCKETS_AT: usize = SHAPE_HASHES_AT + 4 * MAX_SHAPES;
const SHAPE_NAMES_AT: usize = SHAPE_BUCKETS_AT + 4 * SHAPE_BUCKETS;
export const PLACES_AT: usize = SHAPE_NAMES_AT + 4 * SHAPE_NAMES;
const ITEMS_AT: usize = PLACES_AT + 12 * MAX_KEYS;
export const STEPS_AT: usize = ITEMS_AT + 12 * MAX_KEYS;
export const TIMESTAMPS_AT: usize = STEPS_AT + 8 * MAX_ROWS;
export const SHAPES_AT: usize = TIMESTAMPS_AT + 8 * MAX_ROWS;
export const VALUES_AT: usize = SHAPES_AT + 4 * MAX_ROWS;
export const POWERS_AT: usize = VALUES_AT + 8 * MAX_VALUES;
export const SHIFTS_AT: usize = POWERS_AT + 16 * (2 * MAX_EXPONENT + 1);
const MAP_BY_LENGTH_AT: usize = SHIFTS_AT + (17 << 12);
const MAPS_AT: usize = MAP_BY_LENGTH_AT + 4 * MAPPED_LENGTHS;
export const ARENA_AT: usize = MAPS_AT + MAP_ROOM * MAX_MAPS;
export const ARENA_BYTES: usize = 524288;
/** Where everything ends that lies at a place of its own; records are read by words, some bytes beyond their end. */
export const REGION_END: usize = ARENA_AT + ARENA_BYTES + 16;

export let keys: u32 = 0;
let keyBytesUsed: u32 = 0;
let shapes: u32 = 0;
let namesUsed: u32 = 0;
let serial: i32 = 0;
let lastShape: i32 = -1;
/** How many updates of the summary are pending; each is the newest of its slot. */
export let order: i32 = 0;

/** What rows without a step or timestamp of their own go by. */
export let lastStep: f64 = -1;
export let lastTimestamp: f64 = 0;
/** Rows and values since `clearRows`. */
export let rows: u32 = 0;
export let values: u32 = 0;
/** Where `scan` stopped: the chunk that was not taken, or the end. */
export let stoppedAt: usize = 0;
/** Records that the last `scan` took. */
export let taken: u32 = 0;
/** Of NEW_KEY. */
export let keyFrom: usize = 0;
export let keyTo: usize = 0;
/** Of NEW_SHAPE. */
export let rowCount: u32 = 0;
/** Records that span blocks are put together from `ARENA_AT` on, as long as there is room; so many bytes hold some. */
export let arenaUsed: usize = 0;

/** Forgets all keys, shapes, rows and pending updates: a log begins. */
export function reset(): void {
  memory.fill(KEY_BUCKETS_AT, 0, 16 * KEY_BUCKETS);
  memory.fill(SHAPE_BUCKETS_AT, 0, 4 * SHAPE_BUCKETS);
  memory.fill(STAMPS_AT, 0, 4 * MAX_KEYS);
  memory.fill(PLACES_AT, 0, 12 * MAX_KEYS);
  keys = keyBytesUsed = shapes = namesUsed = rows = values = 0;
  serial = order = 0;
  lastShape = -1;
}

export function setClock(step: f64, timestamp: f64): void {
  lastStep = step;
  lastTimestamp = timestamp;
}

export function clearRows(): void {
  rows = values = 0;
}

/** Forgets the pending updates. */
export function clearPlaces(): void {
  memory.fill(PLACES_AT, 0, 12 * keys);
  order = 0;
}

/** Keeps the key of NEW_KEY; false when there is no room. */
export function addKey(meaning: i32): bool {
  const length = u32(keyTo - keyFrom);
  const room = (length + 7) & ~7;
  if (keys == MAX_KEYS || keyBytesUsed + room > KEY_BYTES) return false;
  const slot = keys++;
  const address = KEY_BYTES_AT + keyBytesUsed;
  keyBytesUsed += room;
  memory.fill(address, 0, room);
  memory.copy(address, keyFrom, length);
  store<u32>(KEY_ADDRESSES_AT + 4 * slot, u32(address));
  store<u32>(KEY_LENGTHS_AT + 4 * slot, length);
  store<i32>(KEY_MEANINGS_AT + 4 * slot, meaning);
  const first = firstWord(keyFrom, length);
  let bucket = bucketOf(keyFrom, keyTo, first);
  while (load<u32>(bucket, 12) != 0) bucket = nextBucket(bucket);
  store<u64>(bucket, first);
  store<u32>(bucket, length, 8);
  store<u32>(bucket, slot + 1, 12);
  return true;
}

/** Keeps a shape: `count` name ids at `ROW_NAMES_AT`, in the order of its keys; false when there is no room. */
export function addShape(count: u32): bool {
  if (shapes == MAX_SHAPES || namesUsed + count > SHAPE_NAMES) return false;
  const shape = shapes++;
  memory.copy(SHAPE_NAMES_AT + 4 * namesUsed, ROW_NAMES_AT, 4 * count);
  store<u32>(SHAPE_STARTS_AT + 4 * shape, namesUsed);
  store<u32>(SHAPE_COUNTS_AT + 4 * shape, count);
  const hash = hashNames(count);
  store<u32>(SHAPE_HASHES_AT + 4 * shape, hash);
  namesUsed += count;
  let bucket = hash & (SHAPE_BUCKETS - 1);
  while (load<u32>(SHAPE_BUCKETS_AT + 4 * bucket) != 0) bucket = (bucket + 1) & (SHAPE_BUCKETS - 1);
  store<u32>(SHAPE_BUCKETS_AT + 4 * bucket, shape + 1);
  return true;
}

/**
 * Takes the records of the chunks that follow one another in `[start, limit)`, as long as these are laid out as usual; not
 * beyond the first that ends at or after `stopAt`. Says why it stopped, and in `stoppedAt` before which chunk.
 */
export function scan(start: usize, limit: usize, stopAt: usize): i32 {
  let at = start;
  let verdict = DONE;
  taken = 0;
  while (at < limit && at < stopAt) {
    const end = at + CHUNK_HEADER_BYTES + load<u16>(at, 4);
    const type: u32 = load<u8>(at, 6);
    if (type == FULL) verdict = scanRecord(at + CHUNK_HEADER_BYTES, end);
    else verdict = type == FIRST ? scanPieces(at, limit) : PIECE;
    if (verdict != DONE) break;
    at = type == FULL ? end : piecesEnd;
    taken++;
  }
  stoppedAt = at;
  return verdict;
}

let piecesEnd: usize = 0;

/** Takes the record whose first piece stands at `start`; PIECE when `[start, limit)` does not have all of it, and no other. */
function scanPieces(start: usize, limit: usize): i32 {
  const record = ARENA_AT + arenaUsed;
  let to = record;
  let at = start;
  let type: u32 = FIRST;
  while (type != LAST) {
    if (at >= limit) return PIECE;
    type = load<u8>(at, 6);
    const length: usize = load<u16>(at, 4);
    const isInOrder = at == start ? type == FIRST : type > FIRST;
    if (!isInOrder || to + length > ARENA_AT + ARENA_BYTES) return PIECE;
    memory.copy(to, at + CHUNK_HEADER_BYTES, length);
    to += length;
    at += CHUNK_HEADER_BYTES + length;
  }
  const verdict = scanRecord(record, to);
  if (verdict == DONE) arenaUsed = to - ARENA_AT;
  piecesEnd = at;
  return verdict;
}

/** Takes a record that the caller put at the end of what the arena holds. */
export function scanAssembled(length: usize): i32 {
  const record = ARENA_AT + arenaUsed;
  const verdict = scanRecord(record, record + length);
  if (verdict == DONE) arenaUsed += length;
  return verdict;
}

/** Forgets records that were put together. */
export function clearArena(): void {
  arenaUsed = 0;
}

/** Takes one record. */
function scanRecord(start: usize, end: usize): i32 {
  let at = start;
  if (at < end && load<u8>(at) == NUM_TAG) {
    at++;
    while (at < end && load<u8>(at) >= 0x80) at++;
    at++;
  }
  if (at + 2 > end) return OTHER_MEMBER;
  const tag: u32 = load<u8>(at);
  if (tag != HISTORY_TAG && tag != SUMMARY_TAG) return OTHER_MEMBER;
  at++;
  let length: u32 = load<u8>(at++);
  if (length >= 0x80) {
    const next: u32 = load<u8>(at++);
    length = (length & 0x7f) | ((next & 0x7f) << 7);
    if (next >= 0x80) {
      const third: u32 = load<u8>(at++);
      if (third >= 0x80) return UNUSUAL;
      length |= third << 14;
    }
  }
  const memberEnd = at + length;
  if (memberEnd > end) return UNUSUAL;
  return tag == HISTORY_TAG ? scanHistory(at, memberEnd) : scanSummary(at, memberEnd);
}

// Of the item that `readItem` read.
let itemSlot: i32 = 0;
let itemEnd: usize = 0;
let valueStart: usize = 0;

/** Reads the item whose tag stands at `at`: its slot, where its value starts, and where it ends. */
@inline
function readItem(at: usize, end: usize): i32 {
  const length: u32 = load<u8>(at, 1);
  itemEnd = at + 2 + length;
  if (length >= 0x80 || itemEnd > end) return UNUSUAL;
  const start = at + 2;
  let keysEnd = start;
  while (keysEnd + 3 <= itemEnd) {
    const tag: u32 = load<u8>(keysEnd);
    const size: u32 = load<u8>(keysEnd, 1);
    if ((tag != NESTED_KEY_TAG && tag != KEY_TAG) || size >= 0x80) break;
    keysEnd += 2 + size;
  }
  if (keysEnd == start || keysEnd + 3 > itemEnd) return UNUSUAL;
  if (<u32>load<u16>(keysEnd) != VALUE_TAG) return UNUSUAL;
  valueStart = keysEnd + 3;
  if (valueStart + load<u8>(keysEnd, 2) != itemEnd) return UNUSUAL;
  itemSlot = findKey(start, keysEnd);
  if (itemSlot >= 0) return DONE;
  keyFrom = start;
  keyTo = keysEnd;
  return NEW_KEY;
}

function scanHistory(start: usize, end: usize): i32 {
  let at = start;
  let step: f64 = NaN;
  let timestamp: f64 = NaN;
  let count: u32 = 0;
  serial++;
  while (at < end && <u32>load<u8>(at) == ITEM_TAG) {
    const verdict = readItem(at, end);
    if (verdict != DONE) return verdict;
    at = itemEnd;
    const meaning = load<i32>(KEY_MEANINGS_AT + 4 * itemSlot);
    if (meaning == RESERVED) continue;
    if (meaning == TYPE_TAG || !readNumber(valueStart, itemEnd)) return UNUSUAL;
    if (meaning >= 0) {
      if (load<i32>(STAMPS_AT + 4 * meaning) == serial) return UNUSUAL;
      store<i32>(STAMPS_AT + 4 * meaning, serial);
      store<f64>(BY_NAME_AT + 8 * meaning, number);
      store<i32>(ROW_NAMES_AT + 4 * count, meaning);
      count++;
    } else if (meaning == STEP) step = number;
    else timestamp = number;
  }
  let recordStep = lastStep + 1;
  if (at < end) {
    recordStep = readRecordStep(at, end);
    if (isNaN(recordStep)) return UNUSUAL;
  }
  return addRow(isFinite(step) ? step : recordStep, isFinite(timestamp) ? timestamp : lastTimestamp, count);
}

/** `HistoryRecord.step` when it is all there is in `[start, end)`; NaN when something else is. */
function readRecordStep(start: usize, end: usize): f64 {
  if (start + 2 > end || <u32>load<u8>(start) != STEP_TAG || start + 2 + load<u8>(start, 1) != end) return NaN;
  // proto3 leaves zeros out.
  if (start + 2 == end) return 0;
  if (<u32>load<u8>(start, 2) != NUM_TAG) return NaN;
  let value: u64 = 0;
  let shift: u64 = 0;
  for (let at = start + 3; at < end; at++) {
    const byte: u64 = load<u8>(at);
    value |= (byte & 0x7f) << shift;
    shift += 7;
    // Negative ones take ten bytes.
    if (shift > 56) return NaN;
    if (byte < 0x80) return at + 1 == end ? <f64>value : NaN;
  }
  return NaN;
}

function addRow(step: f64, timestamp: f64, count: u32): i32 {
  const shape = fits(lastShape, count) ? lastShape : findShape(count);
  if (shape < 0) {
    rowCount = count;
    return NEW_SHAPE;
  }
  if (rows == MAX_ROWS || values + count > MAX_VALUES) return FULL_ROWS;
  lastShape = shape;
  lastStep = trunc(step);
  lastTimestamp = timestamp;
  store<f64>(STEPS_AT + 8 * rows, lastStep);
  store<f64>(TIMESTAMPS_AT + 8 * rows, timestamp);
  store<i32>(SHAPES_AT + 4 * rows, shape);
  rows++;
  const names = SHAPE_NAMES_AT + 4 * load<u32>(SHAPE_STARTS_AT + 4 * shape);
  for (let index: u32 = 0; index < count; index++) {
    store<f64>(VALUES_AT + 8 * (values + index), load<f64>(BY_NAME_AT + 8 * load<i32>(names + 4 * index)));
  }
  values += count;
  return DONE;
}

/** Whether the row at hand has the keys of a shape, in whatever order. */
function fits(shape: i32, count: u32): bool {
  if (shape < 0 || load<u32>(SHAPE_COUNTS_AT + 4 * shape) != count) return false;
  const names = SHAPE_NAMES_AT + 4 * load<u32>(SHAPE_STARTS_AT + 4 * shape);
  for (let index: u32 = 0; index < count; index++) {
    if (load<i32>(STAMPS_AT + 4 * load<i32>(names + 4 * index)) != serial) return false;
  }
  return true;
}

function findShape(count: u32): i32 {
  const hash = hashNames(count);
  let bucket = hash & (SHAPE_BUCKETS - 1);
  let shape = load<i32>(SHAPE_BUCKETS_AT + 4 * bucket) - 1;
  while (shape >= 0 && !(load<u32>(SHAPE_HASHES_AT + 4 * shape) == hash && fits(shape, count))) {
    bucket = (bucket + 1) & (SHAPE_BUCKETS - 1);
    shape = load<i32>(SHAPE_BUCKETS_AT + 4 * bucket) - 1;
  }
  return shape;
}

/** A sum, because it does not depend on the order; of scrambled ids, so that few sets share one. */
function hashNames(count: u32): u32 {
  let hash: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const spread = (load<u32>(ROW_NAMES_AT + 4 * index) + 1) * 0x9e3779b1;
    hash += (spread ^ (spread >> 15)) * 0x85ebca6b;
  }
  return hash;
}

function scanSummary(start: usize, end: usize): i32 {
  let at = start;
  let count: u32 = 0;
  while (at < end) {
    if (<u32>load<u8>(at) != ITEM_TAG || count == MAX_KEYS) return UNUSUAL;
    const verdict = readItem(at, end);
    if (verdict != DONE) return verdict;
    const item = ITEMS_AT + 12 * count;
    store<i32>(item, itemSlot);
    store<u32>(item, u32(valueStart), 4);
    store<u32>(item, u32(itemEnd), 8);
    count++;
    at = itemEnd;
  }
  for (let index: u32 = 0; index < count; index++) {
    const item = ITEMS_AT + 12 * index;
    const place = PLACES_AT + 12 * load<i32>(item);
    store<i32>(place, ++order);
    store<u64>(place, load<u64>(item, 4), 4);
  }
  return DONE;
}

/** The slot of a key; -1 when there is none. */
@inline
function findKey(start: usize, end: usize): i32 {
  const length = u32(end - start);
  const first = firstWord(start, length);
  let bucket = bucketOf(start, end, first);
  for (let slot = load<i32>(bucket, 12); slot != 0; slot = load<i32>(bucket, 12)) {
    const isAlike = load<u64>(bucket) == first && load<u32>(bucket, 8) == length;
    if (isAlike && (length <= 8 || hasRest(slot - 1, start, end))) return slot - 1;
    bucket = nextBucket(bucket);
  }
  return -1;
}

/** The first 8 bytes of a key, with zeros behind a shorter one. */
@inline
function firstWord(start: usize, length: u32): u64 {
  return load<u64>(start) & (u64.MAX_VALUE >> (<u64>(8 - min<u32>(length, 8)) << 3));
}

/** Where the search for a key begins. */
@inline
function bucketOf(start: usize, end: usize, first: u64): usize {
  let hash = mixed(first ^ (end - start));
  let at = start + 8;
  for (; at + 8 <= end; at += 8) hash = mixed(hash ^ load<u64>(at));
  if (at < end) hash = mixed(hash ^ tailOf(at, end));
  return KEY_BUCKETS_AT + ((u32(hash) & (KEY_BUCKETS - 1)) << 4);
}

@inline
function nextBucket(bucket: usize): usize {
  return KEY_BUCKETS_AT + ((bucket - KEY_BUCKETS_AT + 16) & (16 * KEY_BUCKETS - 1));
}

/** Whether a key of more than 8 bytes is that of a slot also behind its first word. */
function hasRest(slot: i32, start: usize, end: usize): bool {
  let kept: usize = load<u32>(KEY_ADDRESSES_AT + 4 * slot) + 8;
  let at = start + 8;
  for (; at + 8 <= end; at += 8) {
    if (load<u64>(at) != load<u64>(kept)) return false;
    kept += 8;
  }
  return at == end || tailOf(at, end) == load<u64>(kept);
}

@inline
function mixed(hash: u64): u64 {
  const product = hash * 0x9e3779b97f4a7c15;
  return product ^ (product >> 32);
}

/** The bytes of `[at, end)`, fewer than 8, with zeros behind them. */
@inline
function tailOf(at: usize, end: usize): u64 {
  return load<u64>(at) & ((<u64>1 << (<u64>(end - at) << 3)) - 1);
}

/** What `readNumber` read. */
let number: f64 = 0;

const MAX_EXACT_INTEGER: u64 = <u64>1 << 53;

/**
 * Reads the number, boolean or bare word of a number that `[start, end)` spells: the double that `Number` gives. False when
 * it is something else, or has more digits or a larger exponent than are usual.
 */
function readNumber(start: usize, end: usize): bool {
  let at = start;
  const isNegative = load<u8>(at) == 0x2d && at < end;
  if (isNegative) at++;
  const digitsFrom = at;
  let mantissa: u64 = 0;
  while (at < end && isDigit(at)) {
    if (mantissa >= 1000000000000000000) return false;
    mantissa = mantissa * 10 + (load<u8>(at) - 0x30);
    at++;
  }
  if (at == digitsFrom) return readWord(start, end);
  let exponent: i32 = 0;
  if (at < end && load<u8>(at) == 0x2e) {
    const fractionFrom = ++at;
    while (at + 8 <= end && areDigits(load<u64>(at))) {
      if (mantissa >= 100000000000) return false;
      mantissa = mantissa * 100000000 + eightDigits(load<u64>(at));
      at += 8;
    }
    while (at < end && isDigit(at)) {
      if (mantissa >= 1000000000000000000) return false;
      mantissa = mantissa * 10 + (load<u8>(at) - 0x30);
      at++;
    }
    if (at == fractionFrom) return false;
    exponent = i32(fractionFrom) - i32(at);
  }
  if (at < end) {
    const power = readExponent(at, end);
    if (power == i32.MIN_VALUE) return false;
    exponent += power;
  }
  if (!scale(mantissa, exponent)) return false;
  if (isNegative) number = -number;
  return true;
}

@inline
function isDigit(at: usize): bool {
  return u32(load<u8>(at)) - 0x30 < 10;
}

@inline
function areDigits(word: u64): bool {
  return (((word + 0x4646464646464646) | (word - 0x3030303030303030)) & 0x8080808080808080) == 0;
}

/** What eight digits spell: pairs first, then fours. */
@inline
function eightDigits(word: u64): u64 {
  const digits = word - 0x3030303030303030;
  const pairs = digits * 10 + (digits >> 8);
  const high = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const low = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (high + low) >> 32;
}

/** The value of `e+05` and the like; the least number when it is not one, or longer than usual. */
function readExponent(start: usize, end: usize): i32 {
  if ((load<u8>(start) | 0x20) != 0x65) return i32.MIN_VALUE;
  let at = start + 1;
  const isNegative = at < end && load<u8>(at) == 0x2d;
  if (at < end && (isNegative || load<u8>(at) == 0x2b)) at++;
  if (at >= end || end - at > 3) return i32.MIN_VALUE;
  let value: i32 = 0;
  for (; at < end; at++) {
    if (!isDigit(at)) return i32.MIN_VALUE;
    value = value * 10 + (load<u8>(at) - 0x30);
  }
  return isNegative ? -value : value;
}

function readWord(start: usize, end: usize): bool {
  const length = end - start;
  if (length == 3 && (load<u32>(start) & 0xffffff) == 0x4e614e) number = NaN;
  else if (length == 4 && load<u32>(start) == 0x65757274) number = 1;
  else if (length == 5 && load<u32>(start) == 0x736c6166 && load<u8>(start, 4) == 0x65) number = 0;
  else if (length == 8 && isInfinity(start)) number = Infinity;
  else if (length == 9 && load<u8>(start) == 0x2d && isInfinity(start + 1)) number = -Infinity;
  else return false;
  return true;
}

function isInfinity(at: usize): bool {
  return load<u64>(at) == 0x7974696e69666e49;
}

/** Makes `number` of `mantissa * 10^exponent`, correctly rounded; false when the exponent is unusual. */
@inline
function scale(mantissa: u64, exponent: i32): bool {
  if (exponent == 0 && mantissa <= MAX_EXACT_INTEGER) {
    number = <f64>mantissa;
    return true;
  }
  if (mantissa == 0) {
    number = 0;
    return true;
  }
  if (exponent < -MAX_EXPONENT || exponent > MAX_EXPONENT) return false;
  number = rounded(mantissa, exponent);
  return true;
}

/**
 * Eisel and Lemire's algorithm (https://arxiv.org/abs/2101.11408, section 5) where neither overflow nor subnormal numbers come
 * up: the mantissa times the first 128 bits of a power of five, of which the first 54 are rounded to 53.
 */
function rounded(mantissa: u64, exponent: i32): f64 {
  const zeros = clz(mantissa);
  const normal = mantissa << zeros;
  const power = POWERS_AT + 16 * (exponent + MAX_EXPONENT);
  const highWord = load<u64>(power);
  let high = multiplyHigh(normal, highWord);
  let low = normal * highWord;
  if ((high & 0x1ff) == 0x1ff) {
    const carried = multiplyHigh(normal, load<u64>(power, 8));
    low += carried;
    if (carried > low) high++;
  }
  const upper = high >> 63;
  const shift = upper + 9;
  let bits = high >> shift;
  // The exponent of 10^n is that of 5^n, n * log2(5) by 152170 / 65536, plus n.
  let binary = i64((((152170 + 65536) * exponent) >> 16) + 63 + 1023) + upper - zeros;
  // Exactly between two doubles: to the even one.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 && bits << shift == high) bits &= ~<u64>1;
  bits = (bits + (bits & 1)) >> 1;
  if (bits >= <u64>1 << 53) {
    bits = <u64>1 << 52;
    binary++;
  }
  return reinterpret<f64>((bits & ~(<u64>1 << 52)) | (<u64>binary << 52));
}

/** The upper 64 bits of a product. */
@inline
function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}

/** The CRC-32 register after the chunks that `followChunks` came by. */
let register: u32 = 0;

/** Chunks are followed from here on. */
export function beginChunks(): void {
  register = 0xffffffff;
}

/**
 * Follows the chunks in `[start, limit)`, which lie in one block, with the checksum that those followed so far must have
 * together, were all those they claim right: see src/sources/wandb-local/log/chunk.ts. Returns where the last of them ends.
 *
 * A chunk of n bytes after its header takes register r to A(r ^ claimed) ^ K ^ ~claimed, where A is "n + 7 zero bytes follow"
 * and K depends on n alone. Lengths come again and again, so both are kept by length: A as 8 x 16 words, by nibble.
 */
export function followChunks(start: usize, limit: usize): usize {
  let at = start;
  let passed = register;
  while (at + CHUNK_HEADER_BYTES <= limit) {
    const claimed = load<u32>(at);
    const length: u32 = load<u16>(at, 4);
    const type: u32 = load<u8>(at, 6);
    const end = at + CHUNK_HEADER_BYTES + length;
    if (end > limit || type < FULL || type > LAST) break;
    const map = mapOf(length);
    if (map != 0) passed = applied(map, passed ^ claimed) ^ load<u32>(map, MAP_BYTES) ^ ~claimed;
    else passed = followed(passed ^ claimed, length + 7) ^ constantOf(length) ^ ~claimed;
    at = end;
  }
  register = passed;
  return at;
}

/** The checksum of the chunks followed. */
export function chunksChecksum(): u32 {
  return ~register;
}

const MAP_BYTES: usize = 512;
let maps: u32 = 0;

/** The kept map of a length; 0 when there is no room for it. */
@inline
function mapOf(length: u32): usize {
  if (length >= MAPPED_LENGTHS) return 0;
  const known: usize = load<u32>(MAP_BY_LENGTH_AT + 4 * length);
  return known != 0 ? known : makeMap(length);
}

function makeMap(length: u32): usize {
  if (maps == MAX_MAPS) return 0;
  const map = MAPS_AT + MAP_ROOM * maps++;
  for (let nibble: u32 = 0; nibble < 8; nibble++) {
    for (let value: u32 = 0; value < 16; value++) {
      store<u32>(map + 64 * nibble + 4 * value, followed(value << (4 * nibble), length + 7));
    }
  }
  store<u32>(map, constantOf(length), MAP_BYTES);
  store<u32>(MAP_BY_LENGTH_AT + 4 * length, u32(map));
  return map;
}

function constantOf(length: u32): u32 {
  return followed(~followed(length, 2), length + 1);
}

@inline
function applied(map: usize, register: u32): u32 {
  return (
    load<u32>(map + ((register & 0x0f) << 2)) ^
    load<u32>(map + ((register >> 2) & 0x3c), 64) ^
    load<u32>(map + ((register >> 6) & 0x3c), 128) ^
    load<u32>(map + ((register >> 10) & 0x3c), 192) ^
    load<u32>(map + ((register >> 14) & 0x3c), 256) ^
    load<u32>(map + ((register >> 18) & 0x3c), 320) ^
    load<u32>(map + ((register >> 22) & 0x3c), 384) ^
    load<u32>(map + ((register >> 26) & 0x3c), 448)
  );
}

/** The register when `count` zero bytes follow. */
function followed(register: u32, count: u32): u32 {
  for (let rest = count; rest != 0; rest &= rest - 1) register = shifted(register, ctz(rest));
  return register;
}

/** The register when 2^n zero bytes follow. */
@inline
function shifted(register: u32, n: u32): u32 {
  const table = SHIFTS_AT + (n << 12);
  return (
    load<u32>(table + ((register & 0xff) << 2)) ^
    load<u32>(table + (((register >> 8) & 0xff) << 2), 1024) ^
    load<u32>(table + (((register >> 16) & 0xff) << 2), 2048) ^
    load<u32>(table + ((register >> 24) << 2), 3072)
  );
}
