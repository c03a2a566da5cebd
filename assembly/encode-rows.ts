/**
 * Rows of scalars become framed Events, in WebAssembly: what src/tfevents/scalar-rows.ts does in JavaScript, where the bytes
 * of a record and the checksum are explained. AssemblyScript: https://www.assemblyscript.org/
 *
 * Nothing is allocated here. The caller (src/tfevents/wasm-rows.ts) owns the memory but for its first page, and puts there:
 *
 *     plan     layout of the records u32 for each length of the step's varint, 0 to 4 bytes (0: not built) | values of a row u32
 *     layout   length of a record | values | template | length of the varint | head constant | maps of the low and of the high
 *              half of the wall time, and of the step; then for each value: its place in the record | map | constant. All u32
 *     map      "the register advances by so many zero bytes", twice: 4 x 256 words by byte of the register, as in crc32c.ts;
 *              8 x 4 x 16 bytes by nibble of the register (the lowest first) and byte of the image
 *     columns  steps f64 | wall times f64 | values f64, row after row | plans u32 (0: none), one a row
 *
 * Sixteen rows alike are encoded at once: byte k of all their registers is one vector, and a map is 32 lookups of sixteen
 * nibbles in a table of sixteen bytes (`swizzle`). Other rows take the maps by byte, one row after the other.
 * @module
 */

const LANES: u32 = 16;
const LENGTH_HEADER: u32 = 12;
const WALL_TIME_AT: u32 = LENGTH_HEADER + 1;
const STEP_AT: u32 = LENGTH_HEADER + 10;
/** Steps from here on have a varint of five bytes. */
const STEP_LIMIT: f64 = 268435456; // 2^28
/** 2^52: a whole number below 2^32 that is added to it is its low half. */
const WHOLE: f64 = 4503599627370496;
/** Where in a map the tables by nibble begin. */
const NIBBLES_AT: u32 = 4096;
const MASK_DELTA: u32 = 0xa282ead8;

/** Vectors that stay in memory between functions: bytes 0 to 3 of sixteen registers, and of what is put into these next. */
const REGISTERS: usize = memory.data(64, 16);
const WORDS: usize = memory.data(128, 16);

/** Where the last call ended: offset after the records, and after the values of their rows. */
export let recordsEnd: usize = 0;
export let valuesEnd: usize = 0;

/**
 * Writes the records of rows `[from, to)` at `out`, as long as these have a plan with the layout they need, a step of 0 to
 * 2^28 - 1 and a wall time other than 0, and end before `limit`; returns the row that has not, or `to`. A plan of 0 values
 * is of rows without events.
 */
export function encodeRows(
  plans: usize,
  steps: usize,
  wallTimes: usize,
  values: usize,
  from: u32,
  to: u32,
  out: usize,
  limit: usize,
): u32 {
  let row = from;
  while (row < to) {
    const plan = load<u32>(plans + 4 * row);
    if (plan === 0) break;
    if (load<u32>(plan, 20) === 0) {
      row++;
      continue;
    }
    const layout = layoutOf(plan, load<f64>(steps + 8 * row), load<f64>(wallTimes + 8 * row));
    if (layout === 0) break;
    const length = load<u32>(layout);
    const fitting = <u32>((limit - out) / length);
    if (fitting === 0) break;
    const next = alikeUntil(layout, plans, steps, wallTimes, row, min(to, row + fitting));
    encodeAlike(layout, steps + 8 * row, wallTimes + 8 * row, values, next - row, out);
    out += length * (next - row);
    values += 8 * load<u32>(layout, 4) * (next - row);
    row = next;
  }
  recordsEnd = out;
  valuesEnd = values;
  return row;
}

/** 0 where a row is not covered, or its layout not built. */
function layoutOf(plan: usize, step: f64, wallTime: f64): usize {
  if (!(step >= 0 && step < STEP_LIMIT) || wallTime === 0) return 0;
  const whole = <u32>step;
  const length: u32 =
    <u32>(whole > 0) + <u32>(whole >= 1 << 7) + <u32>(whole >= 1 << 14) + <u32>(whole >= 1 << 21);
  return load<u32>(plan + 4 * length);
}

/** The end of the rows from `row` on that have its plan and layout. */
function alikeUntil(layout: usize, plans: usize, steps: usize, wallTimes: usize, row: u32, end: u32): u32 {
  const plan = load<u32>(plans + 4 * row);
  const stepLength = load<u32>(layout, 12);
  const least = stepLength < 2 ? <f64>stepLength : <f64>(1 << (7 * (stepLength - 1)));
  const beyond = stepLength === 0 ? 1 : <f64>(1 << (7 * stepLength));
  let next = row + 1;
  while (
    next < end &&
    load<u32>(plans + 4 * next) === plan &&
    <u32>(load<f64>(steps + 8 * next) >= least) & <u32>(load<f64>(steps + 8 * next) < beyond) &&
    load<f64>(wallTimes + 8 * next) !== 0
  )
    next++;
  return next;
}

/** Rows of one layout. The last sixteen may overlap the ones before: what is written twice is the same. */
function encodeAlike(
  layout: usize,
  steps: usize,
  wallTimes: usize,
  values: usize,
  rows: u32,
  out: usize,
): void {
  const length = load<u32>(layout);
  const count = load<u32>(layout, 4);
  if (rows < LANES) {
    for (let row: u32 = 0; row < rows; row++)
      encodeRow(layout, steps + 8 * row, wallTimes + 8 * row, values + 8 * count * row, out + length * row);
    return;
  }
  for (let done: u32 = 0; done < rows; done += LANES) {
    const row = min(done, rows - LANES);
    encodeSixteen(layout, steps + 8 * row, wallTimes + 8 * row, values + 8 * count * row, out + length * row);
  }
}

/* One row. */

function encodeRow(layout: usize, stepAt: usize, wallTimeAt: usize, values: usize, out: usize): void {
  const length = load<u32>(layout);
  copyTemplate(load<u32>(layout, 8), length, out);
  const wallTime = load<u64>(wallTimeAt);
  store<u64>(out + WALL_TIME_AT, wallTime);
  let register =
    load<u32>(layout, 16) ^
    advanced(load<u32>(layout, 20), <u32>wallTime) ^
    advanced(load<u32>(layout, 24), <u32>(wallTime >> 32));
  const stepLength = load<u32>(layout, 12);
  if (stepLength !== 0) {
    const varint = varintOf(<u32>load<f64>(stepAt), stepLength);
    store<u32>(out + STEP_AT, load<u32>(out + STEP_AT) | varint);
    register ^= advanced(load<u32>(layout, 28), varint << (32 - 8 * stepLength));
  }
  const end = layout + 32 + 12 * load<u32>(layout, 4);
  for (let value = layout + 32; value < end; value += 12, values += 8) {
    const bits = reinterpret<u32>(<f32>load<f64>(values));
    store<u32>(out + load<u32>(value), bits);
    register = advanced(load<u32>(value, 4), register ^ bits) ^ load<u32>(value, 8);
  }
  store<u32>(out + length - 4, rotr<u32>(~register, 15) + MASK_DELTA);
}

/** A record is longer than sixteen bytes; the last sixteen may overlap those before. */
function copyTemplate(template: usize, length: u32, out: usize): void {
  for (let at: u32 = 0; at < length - 16; at += 16) v128.store(out + at, v128.load(template + at));
  v128.store(out + length - 16, v128.load(template + length - 16));
}

function advanced(map: usize, register: u32): u32 {
  return (
    load<u32>(map + 4 * (register & 0xff)) ^
    load<u32>(map + 4 * ((register >> 8) & 0xff), 1024) ^
    load<u32>(map + 4 * ((register >> 16) & 0xff), 2048) ^
    load<u32>(map + 4 * (register >> 24), 3072)
  );
}

/** The bytes of a step's varint, the first lowest. */
function varintOf(step: u32, length: u32): u32 {
  const sevens = (step & 0x7f) | ((step & 0x3f80) << 1) | ((step & 0x1f_c000) << 2) | ((step >> 21) << 24);
  // All bytes but the last go on.
  return sevens | (0x80_8080 & ((1 << (8 * (length - 1))) - 1));
}

/* Sixteen rows. */

function encodeSixteen(layout: usize, steps: usize, wallTimes: usize, values: usize, out: usize): void {
  const length = load<u32>(layout);
  tileTemplate(load<u32>(layout, 8), length, out);
  writeWallTimes(layout, wallTimes, out, length);
  const stepLength = load<u32>(layout, 12);
  if (stepLength !== 0) writeSteps(layout, steps, stepLength, out, length);
  const count = load<u32>(layout, 4);
  let value = layout + 32;
  for (let i: u32 = 0; i < count; i += 2) {
    const isPair = i + 1 < count;
    writeValues(
      values + 8 * i,
      8 * count,
      out,
      load<u32>(value),
      isPair ? load<u32>(value, 12) : load<u32>(value),
      length,
    );
    passValue(value, WORDS);
    if (isPair) passValue(value + 12, WORDS + 64);
    value += 24;
  }
  writeChecksums(out + length - 4, length);
}

/** Each vector of the template is laid down sixteen times. */
function tileTemplate(template: usize, length: u32, out: usize): void {
  for (let at: u32 = 0; at < length; at += 16) {
    const from = min(at, length - 16);
    const vector = v128.load(template + from);
    let to = out + from;
    for (let row: u32 = 0; row < LANES; row += 4) {
      v128.store(to, vector);
      v128.store(to + length, vector);
      v128.store(to + 2 * length, vector);
      v128.store(to + 3 * length, vector);
      to += 4 * length;
    }
  }
}

function writeWallTimes(layout: usize, wallTimes: usize, out: usize, length: u32): void {
  const first = v128.load64_splat(wallTimes);
  let differences = v128.xor(first, first);
  let to = out + WALL_TIME_AT;
  for (let row: u32 = 0; row < LANES / 2; row += 2) {
    const pair = v128.load(wallTimes + 8 * row);
    const later = v128.load(wallTimes + 8 * row, 64);
    v128.store64_lane(to, pair, 0);
    v128.store64_lane(to + length, pair, 1);
    v128.store64_lane(to + 8 * length, later, 0);
    v128.store64_lane(to + 9 * length, later, 1);
    to += 2 * length;
    v128.store(WORDS + 16 * row, interleavedLow(pair, later));
    v128.store(WORDS + 16 * row, interleavedHigh(pair, later), 16);
    differences = v128.or(differences, v128.or(v128.xor(pair, first), v128.xor(later, first)));
  }
  transposeEights();
  // Rows within a quarter of an hour share the high half.
  const areClose = !v128.any_true(i64x2.shr_u(differences, 32));
  const high = areClose ? advanced(load<u32>(layout, 24), load<u32>(wallTimes, 4)) : 0;
  setRegisters(load<u32>(layout, 16) ^ high);
  addAdvanced(load<u32>(layout, 20), WORDS);
  if (!areClose) addAdvanced(load<u32>(layout, 24), WORDS + 64);
}

function writeSteps(layout: usize, steps: usize, stepLength: u32, out: usize, length: u32): void {
  const following = i32x4.splat(load<u32>(load<u32>(layout, 8), STEP_AT));
  const going = i32x4.splat(0x80_8080 & ((1 << (8 * (stepLength - 1))) - 1));
  const shift = <i32>(32 - 8 * stepLength);
  let to = out + STEP_AT;
  for (let row: u32 = 0; row < LANES; row += 4) {
    const low = f64x2.add(v128.load(steps + 8 * row), f64x2.splat(WHOLE));
    const high = f64x2.add(v128.load(steps + 8 * row, 16), f64x2.splat(WHOLE));
    const step = v128.shuffle<u32>(low, high, 0, 2, 4, 6);
    const sevens = v128.or(
      v128.or(v128.and(step, i32x4.splat(0x7f)), i32x4.shl(v128.and(step, i32x4.splat(0x3f80)), 1)),
      v128.or(i32x4.shl(v128.and(step, i32x4.splat(0x1f_c000)), 2), i32x4.shl(i32x4.shr_u(step, 21), 24)),
    );
    const varint = v128.or(sevens, going);
    const written = v128.or(varint, following);
    v128.store32_lane(to, written, 0);
    to += length;
    v128.store32_lane(to, written, 1);
    to += length;
    v128.store32_lane(to, written, 2);
    to += length;
    v128.store32_lane(to, written, 3);
    to += length;
    v128.store(WORDS + 64 + 4 * row, i32x4.shl(varint, shift));
  }
  transposeFours(WORDS + 64);
  addAdvanced(load<u32>(layout, 28), WORDS);
}

/** Two values of each row; of an odd one out the same twice. */
function writeValues(values: usize, stride: u32, out: usize, first: u32, second: u32, length: u32): void {
  let from = values;
  let one = out + first;
  let two = out + second;
  const isPair = first !== second;
  for (let row: u32 = 0; row < LANES / 2; row++) {
    const pair = f32x4.demote_f64x2_zero(v128.load(from));
    const later = f32x4.demote_f64x2_zero(v128.load(from + 8 * stride));
    from += stride;
    v128.store32_lane(one, pair, 0);
    v128.store32_lane(one + 8 * length, later, 0);
    one += length;
    if (isPair) {
      v128.store32_lane(two, pair, 1);
      v128.store32_lane(two + 8 * length, later, 1);
      two += length;
    }
    v128.store(WORDS + 16 * row, interleavedLow(pair, later));
  }
  transposeEights();
}

/**
 * Puts a value into the registers, and these pass it and the constant bytes after it. Half of the nibbles at a time: more do not
 * fit the processor's registers. Written out, as calls and loops cost a tenth of all.
 */
function passValue(value: usize, words: usize): void {
  const tables = load<u32>(value, 4) + NIBBLES_AT;
  const a = v128.xor(v128.load(REGISTERS), v128.load(words));
  const b = v128.xor(v128.load(REGISTERS, 16), v128.load(words, 16));
  const c = v128.xor(v128.load(REGISTERS, 32), v128.load(words, 32));
  const d = v128.xor(v128.load(REGISTERS, 48), v128.load(words, 48));
  const a0 = lowNibbles(a);
  const a1 = highNibbles(a);
  const b0 = lowNibbles(b);
  const b1 = highNibbles(b);
  v128.store(REGISTERS, v128.xor(v128.load8_splat(value, 8), lookedUp(tables, a0, a1, b0, b1)), 0);
  v128.store(REGISTERS, v128.xor(v128.load8_splat(value, 9), lookedUp(tables + 16, a0, a1, b0, b1)), 16);
  v128.store(REGISTERS, v128.xor(v128.load8_splat(value, 10), lookedUp(tables + 32, a0, a1, b0, b1)), 32);
  v128.store(REGISTERS, v128.xor(v128.load8_splat(value, 11), lookedUp(tables + 48, a0, a1, b0, b1)), 48);
  addHalf(tables + 256, lowNibbles(c), highNibbles(c), lowNibbles(d), highNibbles(d));
}

function setRegisters(register: u32): void {
  v128.store(REGISTERS, i8x16.splat(<i8>register));
  v128.store(REGISTERS, i8x16.splat(<i8>(register >> 8)), 16);
  v128.store(REGISTERS, i8x16.splat(<i8>(register >> 16)), 32);
  v128.store(REGISTERS, i8x16.splat(<i8>(register >> 24)), 48);
}

/** Adds what words come to after the bytes of a map. */
function addAdvanced(map: usize, words: usize): void {
  const tables = map + NIBBLES_AT;
  addMapped(tables, v128.load(words), v128.load(words, 16), v128.load(words, 32), v128.load(words, 48));
}

/** The same for words given by their bytes. */
function addMapped(tables: usize, a: v128, b: v128, c: v128, d: v128): void {
  addHalf(tables, lowNibbles(a), highNibbles(a), lowNibbles(b), highNibbles(b));
  addHalf(tables + 256, lowNibbles(c), highNibbles(c), lowNibbles(d), highNibbles(d));
}

function addHalf(tables: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(REGISTERS, v128.xor(v128.load(REGISTERS), lookedUp(tables, a, b, c, d)));
  v128.store(REGISTERS, v128.xor(v128.load(REGISTERS, 16), lookedUp(tables + 16, a, b, c, d)), 16);
  v128.store(REGISTERS, v128.xor(v128.load(REGISTERS, 32), lookedUp(tables + 32, a, b, c, d)), 32);
  v128.store(REGISTERS, v128.xor(v128.load(REGISTERS, 48), lookedUp(tables + 48, a, b, c, d)), 48);
}

function lookedUp(tables: usize, a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.xor(
    v128.xor(i8x16.swizzle(v128.load(tables), a), i8x16.swizzle(v128.load(tables, 64), b)),
    v128.xor(i8x16.swizzle(v128.load(tables, 128), c), i8x16.swizzle(v128.load(tables, 192), d)),
  );
}

function lowNibbles(bytes: v128): v128 {
  return v128.and(bytes, i8x16.splat(15));
}

function highNibbles(bytes: v128): v128 {
  return v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(15));
}

/**
 * Sixteen rows of eight bytes at `WORDS` become eight vectors of one byte of each row. They lie there after the first of four
 * rounds: byte by byte, each of the first eight rows with the one eight further.
 */
function transposeEights(): void {
  let a = v128.load(WORDS);
  let b = v128.load(WORDS, 16);
  let c = v128.load(WORDS, 32);
  let d = v128.load(WORDS, 48);
  let e = v128.load(WORDS, 64);
  let f = v128.load(WORDS, 80);
  let g = v128.load(WORDS, 96);
  let h = v128.load(WORDS, 112);
  // Each round deals the bytes of both halves in turn, which moves one bit of a row's number below the byte's.
  for (let round = 1; round < 4; round++) {
    const a1 = interleavedLow(a, e);
    const b1 = interleavedHigh(a, e);
    const c1 = interleavedLow(b, f);
    const d1 = interleavedHigh(b, f);
    const e1 = interleavedLow(c, g);
    const f1 = interleavedHigh(c, g);
    const g1 = interleavedLow(d, h);
    const h1 = interleavedHigh(d, h);
    a = a1;
    b = b1;
    c = c1;
    d = d1;
    e = e1;
    f = f1;
    g = g1;
    h = h1;
  }
  v128.store(WORDS, a);
  v128.store(WORDS, b, 16);
  v128.store(WORDS, c, 32);
  v128.store(WORDS, d, 48);
  v128.store(WORDS, e, 64);
  v128.store(WORDS, f, 80);
  v128.store(WORDS, g, 96);
  v128.store(WORDS, h, 112);
}

/** Sixteen rows of four bytes at `from` become four vectors of one byte of each row, at `WORDS`. */
function transposeFours(from: usize): void {
  let a = v128.load(from);
  let b = v128.load(from, 16);
  let c = v128.load(from, 32);
  let d = v128.load(from, 48);
  for (let round = 0; round < 4; round++) {
    const a1 = interleavedLow(a, c);
    const b1 = interleavedHigh(a, c);
    const c1 = interleavedLow(b, d);
    const d1 = interleavedHigh(b, d);
    a = a1;
    b = b1;
    c = c1;
    d = d1;
  }
  v128.store(WORDS, a);
  v128.store(WORDS, b, 16);
  v128.store(WORDS, c, 32);
  v128.store(WORDS, d, 48);
}

function writeChecksums(out: usize, length: u32): void {
  const a = v128.load(REGISTERS);
  const b = v128.load(REGISTERS, 16);
  const c = v128.load(REGISTERS, 32);
  const d = v128.load(REGISTERS, 48);
  const ac = interleavedLow(a, c);
  const bd = interleavedLow(b, d);
  const ac1 = interleavedHigh(a, c);
  const bd1 = interleavedHigh(b, d);
  writeFourChecksums(interleavedLow(ac, bd), out, length);
  writeFourChecksums(interleavedHigh(ac, bd), out + 4 * length, length);
  writeFourChecksums(interleavedLow(ac1, bd1), out + 8 * length, length);
  writeFourChecksums(interleavedHigh(ac1, bd1), out + 12 * length, length);
}

function writeFourChecksums(registers: v128, out: usize, length: u32): void {
  const sum = v128.not(registers);
  const rotated = v128.or(i32x4.shr_u(sum, 15), i32x4.shl(sum, 17));
  const masked = i32x4.add(rotated, i32x4.splat(MASK_DELTA));
  v128.store32_lane(out, masked, 0);
  v128.store32_lane(out + length, masked, 1);
  v128.store32_lane(out + 2 * length, masked, 2);
  v128.store32_lane(out + 3 * length, masked, 3);
}

function interleavedLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function interleavedHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
