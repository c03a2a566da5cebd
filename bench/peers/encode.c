/*
 * Encodes rows of scalars as a C program would: `encode TAG…` lays the template of a record down, puts wall time, step and values
 * into it, and takes its CRC-32C by SSE4.2's instruction. Blocks of 1,024 rows of one value a tag, sixteen of them in turn, each
 * over the one before. Prints points per CPU-second as JSON. Made by `cc -O3 -msse4.2 encode.c -lm`.
 */

#include <math.h>
#include <nmmintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK_ROWS = 1024, BLOCKS = 16, PASSES = 1000, WARM_UP = 200, MAX_TAGS = 64 };

typedef struct {
  uint8_t bytes[8192];
  size_t length;
  size_t value_at[MAX_TAGS];
} Template;

static int tag_count;
static Template templates[5]; /* by bytes of the step's varint */

static uint32_t crc32c(const uint8_t *bytes, size_t length) {
  uint64_t wide = 0xffffffffu;
  for (; length >= 8; length -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  uint32_t crc = (uint32_t)wide;
  if (length >= 4) {
    uint32_t word;
    memcpy(&word, bytes, 4);
    crc = _mm_crc32_u32(crc, word);
    bytes += 4;
    length -= 4;
  }
  for (; length > 0; length--) crc = _mm_crc32_u8(crc, *bytes++);
  return ~crc;
}

static uint32_t masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

static size_t put_varint(uint8_t *at, uint64_t value) {
  size_t length = 0;
  for (; value >= 128; value >>= 7) at[length++] = (uint8_t)(value | 128);
  at[length++] = (uint8_t)value;
  return length;
}

static void build(Template *template, int step_length, char **tags) {
  uint8_t summary[8000];
  size_t length = 0;
  for (int i = 0; i < tag_count; i++) {
    size_t tag_length = strlen(tags[i]);
    summary[length++] = 0x0a;
    length += put_varint(summary + length, tag_length + 7);
    summary[length++] = 0x0a;
    length += put_varint(summary + length, tag_length);
    memcpy(summary + length, tags[i], tag_length);
    length += tag_length;
    summary[length++] = 0x15;
    template->value_at[i] = length;
    memset(summary + length, 0, 4);
    length += 4;
  }
  uint8_t *bytes = template->bytes;
  size_t at = 12;
  bytes[at] = 0x09;
  at += 9;
  if (step_length > 0) bytes[at] = 0x10;
  if (step_length > 0) at += 1 + (size_t)step_length;
  bytes[at++] = 0x2a;
  at += put_varint(bytes + at, length);
  memcpy(bytes + at, summary, length);
  for (int i = 0; i < tag_count; i++) template->value_at[i] += at;
  uint64_t data_length = at + length - 12;
  memcpy(bytes, &data_length, 8);
  uint32_t crc = masked(crc32c(bytes, 8));
  memcpy(bytes + 8, &crc, 4);
  template->length = at + length + 4;
}

static uint8_t *put_row(uint8_t *out, double step, double wall_time, const double *values) {
  uint64_t whole = (uint64_t)step;
  int step_length = (whole > 0) + (whole >= 1 << 7) + (whole >= 1 << 14) + (whole >= 1 << 21);
  const Template *template = &templates[step_length];
  memcpy(out, template->bytes, template->length);
  memcpy(out + 13, &wall_time, 8);
  if (step_length > 0) put_varint(out + 22, whole);
  for (int i = 0; i < tag_count; i++) {
    float value = (float)values[i];
    memcpy(out + template->value_at[i], &value, 4);
  }
  uint32_t crc = masked(crc32c(out + 12, template->length - 16));
  memcpy(out + template->length - 4, &crc, 4);
  return out + template->length;
}

int main(int argc, char **argv) {
  tag_count = argc - 1;
  for (int i = 0; i < 5; i++) build(&templates[i], i, argv + 1);
  size_t rows = BLOCK_ROWS * BLOCKS;
  double *steps = malloc(rows * sizeof(double));
  double *wall_times = malloc(rows * sizeof(double));
  double *values = malloc(rows * (size_t)tag_count * sizeof(double));
  for (size_t row = 0; row < rows; row++) {
    steps[row] = (double)row;
    wall_times[row] = 1.7e9 + (double)row / 2;
    for (int i = 0; i < tag_count; i++)
      values[row * (size_t)tag_count + (size_t)i] = sin((double)row / 1000 + i) + 0.1 * drand48();
  }
  uint8_t *out = malloc(BLOCK_ROWS * templates[4].length);
  uint32_t seen = 0;
  clock_t start = 0;
  for (int pass = 0; pass < PASSES; pass++) {
    if (pass == WARM_UP) start = clock();
    for (size_t block = 0; block < BLOCKS; block++) {
      uint8_t *end = out;
      for (size_t row = block * BLOCK_ROWS; row < (block + 1) * BLOCK_ROWS; row++)
        end = put_row(end, steps[row], wall_times[row], values + row * (size_t)tag_count);
      seen += end[-1];
    }
  }
  double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  double points = (double)rows * tag_count * (PASSES - WARM_UP);
  printf("{\"pointsPerCpuSecond\": %f, \"seen\": %u}\n", points / seconds, seen);
  return 0;
}
