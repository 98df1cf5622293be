/*
 * Kernels that are long chains of arithmetic, element by element, for vectors as wide as the machine's. Plain loops for a
 * vectorising C compiler: no library, no state, and no header but stdint.h. Compiled once per instruction set, whose name is
 * the suffix of each function (scripts/build-native.ts has the command).
 *
 * The formulas are those of kernels/wasm/assembly, by the same names, and so is each rounding: where AssemblyScript has
 * multiplyAdd, FUSED has the one rounding of the relaxed build, and nothing else is contracted or reordered
 * (-ffp-contract=off, never -ffast-math). So x86-64-v3, x86-64-v4, NEON and relaxed SIMD give the same bits.
 */
#include <stdint.h>

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#ifdef _WIN32
#define SHOWN __declspec(dllexport)
#else
#define SHOWN __attribute__((visibility("default")))
#endif
#define KERNEL(name) SHOWN void JOIN(name, LEVEL)
#define INLINE static inline __attribute__((always_inline))
/* The iterations of a loop do not depend on each other: an output may be an input, element by element, and nothing else. */
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety) interleave_count(1)")

/** a * b + c, rounded once */
#define FUSED(a, b, c) __builtin_fmaf(a, b, c)

INLINE int32_t bits_of(float x) {
  int32_t word;
  __builtin_memcpy(&word, &x, 4);
  return word;
}

INLINE float number_of(int32_t word) {
  float x;
  __builtin_memcpy(&x, &word, 4);
  return x;
}

INLINE int32_t shifted(int32_t x, int by) { return (int32_t)((uint32_t)x << by); }

/* ---- elementary functions: functions.ts; polynomials of the Cephes library (S. L. Moshier, single precision) ---- */

/** 1.5 * 2^23: what is added to it is rounded to the nearest integer, which stands in the low bits */
#define ROUNDER 12582912.0f

INLINE float rounded_power(float x) { return x * 1.44269504088896341f + ROUNDER; }

/** e^x 2^-n for the n that `power` holds */
INLINE float exp_mantissa(float x, float power) {
  const float n = power - ROUNDER;
  const float r = FUSED(n, 2.12194440e-4f, FUSED(n, -0.693359375f, x));
  const float square = r * r;
  float p = FUSED(1.9875691500e-4f, r, 1.3981999507e-3f);
  p = FUSED(p, square, FUSED(8.3334519073e-3f, r, 4.1665795894e-2f));
  p = FUSED(p, square, FUSED(1.6666665459e-1f, r, 5.0000001201e-1f));
  return FUSED(p, square, r) + 1.0f;
}

/** e^x: 0 below, infinity above, denormals rounded as they should be */
INLINE float exp_of(float x) {
  x = 89.0f < x ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const float power = rounded_power(x);
  const float p = exp_mantissa(x, power);
  /* 2^n in two factors: n reaches from -150 to 128, beyond what one exponent holds */
  const int32_t exponent = (int32_t)((uint32_t)bits_of(power) - (uint32_t)bits_of(ROUNDER));
  const int32_t lower = exponent >> 1;
  return p * number_of(shifted(lower + 127, 23)) * number_of(shifted(exponent - lower + 127, 23));
}

/** ln((1 + f) 2^e) for 1 + f in [sqrt(1/2), sqrt(2)] */
INLINE float log_of_parts(float f, float e) {
  const float square = f * f;
  const float high = FUSED(7.0376836292e-2f, f, -1.1514610310e-1f);
  const float low = FUSED(1.4249322787e-1f, f, -1.6668057665e-1f);
  float p = FUSED(high, square, FUSED(1.1676998740e-1f, f, -1.2420140846e-1f));
  const float q = FUSED(low, square, FUSED(2.0000714765e-1f, f, -2.4999993993e-1f));
  p = FUSED(p, square * square, q);
  p = FUSED(p, f, 3.3333331174e-1f);
  p = p * f * square;
  p = FUSED(e, -2.12194440e-4f, p);
  p = FUSED(square, -0.5f, p);
  return FUSED(e, 0.693359375f, f + p);
}

/** the exponent that leaves a mantissa in [sqrt(1/2), sqrt(2)): counted from the bits of sqrt(1/2) */
INLINE int32_t exponent_of(float x) { return (int32_t)((uint32_t)bits_of(x) - 0x3f3504f3u) >> 23; }

INLINE float mantissa_minus_one(float x, int32_t e) {
  return number_of((int32_t)((uint32_t)bits_of(x) - ((uint32_t)e << 23))) - 1.0f;
}

/** ln x: -infinity at 0, NaN below */
INLINE float log_of(float x) {
  const int tiny = x < 1.17549435e-38f;
  const float y = tiny ? x * 8388608.0f : x;
  const int32_t e = exponent_of(y);
  float r = log_of_parts(mantissa_minus_one(y, e), (float)e) - (tiny ? 15.942385152878742f : 0.0f);
  r = x < __builtin_inff() ? r : x;
  r = x == 0.0f ? -__builtin_inff() : r;
  return x < 0.0f ? __builtin_nanf("") : r;
}

KERNEL(exp)(float *out, const float *x, int32_t n) {
  INDEPENDENT
  for (int32_t i = 0; i < n; i++) out[i] = exp_of(x[i]);
}

KERNEL(log)(float *out, const float *x, int32_t n) {
  INDEPENDENT
  for (int32_t i = 0; i < n; i++) out[i] = log_of(x[i]);
}

/* ---- a posterior's standard deviation, and its KL divergence: posterior.ts, likelihood.ts ---- */

/** scale = offset + ln(1 + e^x) and its derivative 1 / (1 + e^-x), from u = e^-|x| */
KERNEL(softplusScale)(float *scale, float *derivative, const float *x, int32_t n, float offset) {
  INDEPENDENT
  for (int32_t i = 0; i < n; i++) {
    const float v = x[i];
    const float u = exp_of(number_of(bits_of(v) | INT32_MIN));
    const float one_plus = u + 1.0f, two_plus = u + 2.0f;
    const float shared = 1.0f / (one_plus * two_plus);
    const float inverse = two_plus * shared;
    const float s = u * one_plus * shared;
    const float z = s * s;
    const float low = FUSED(0.40007561f, z, 0.6666664f);
    const float p = FUSED(FUSED(0.26851498f, z, 0.2823662f), z * z, low);
    const float logarithm = FUSED(p * z, s, s + s);
    scale[i] = (v < 0.0f ? 0.0f : v) + logarithm + offset;
    derivative[i] = inverse * (v < 0.0f ? u : 1.0f);
  }
}

/** Gradient of KL(N(mean, scale^2) || N(prior_mean, prior_scale^2)) */
KERNEL(normalKlBackward)(
    float *d_mean, float *d_scale, const float *mean, const float *scale, const float *d_kl, int32_t n, float prior_mean,
    float prior_scale) {
  const float d = *d_kl, precision = 1.0f / (prior_scale * prior_scale);
  INDEPENDENT
  for (int32_t i = 0; i < n; i++) {
    const float s = scale[i];
    d_mean[i] = d * ((mean[i] - prior_mean) * precision);
    d_scale[i] = d * (s * precision - 1.0f / s);
  }
}

/* ---- the update: update.ts ---- */

/** Kingma and Ba 2015, algorithm 1, in TensorFlow's form; words of the control block as kernels/kernels.ts has them */
KERNEL(adam)(
    float *parameters, float *m, float *v, const float *likelihood, const float *divergence, int32_t n,
    const float *control, float rate1, float rate2, float epsilon) {
  const float step = control[8], a = control[9], b = control[10];
  INDEPENDENT
  for (int32_t i = 0; i < n; i++) {
    const float g = likelihood[i] * a + divergence[i] * b;
    const float m1 = m[i] + rate1 * (g - m[i]);
    const float v1 = v[i] + rate2 * (g * g - v[i]);
    m[i] = m1;
    v[i] = v1;
    parameters[i] = parameters[i] - step * m1 / (__builtin_sqrtf(v1) + epsilon);
  }
}

/* ---- noise: noise.ts, Philox4x32-10 (Salmon et al. 2011); which number is which stands in random/keys.ts ---- */

/** Blocks of four numbers at a time. */
#define BATCH 64

/** One 64-bit lane per counter, of which the lower half counts. */
typedef uint64_t counters __attribute__((vector_size(LANES * 4)));

INLINE counters lower(counters x) { return x & 0xffffffffu; }

INLINE void schedule_keys(uint64_t keys[20], const uint32_t *control) {
  for (uint32_t r = 0; r < 10; r++) {
    keys[2 * r] = (uint32_t)(control[0] + r * 0x9e3779b9u);
    keys[2 * r + 1] = (uint32_t)(control[1] + r * 0xbb67ae85u);
  }
}

/** 0, 2, 4, ... */
INLINE counters even_numbers(void) {
  counters even;
  for (int l = 0; l < LANES / 2; l++) even[l] = 2 * l;
  return even;
}

/**
 * Words of as many counters as there are lanes, even ones c, odd ones d; they differ in word 0, in word 3, or both. Joined, the
 * even ones are in the lower halves of 64-bit lanes.
 */
INLINE void philox(
    counters joined[4], counters c0, counters d0, uint32_t word1, uint32_t word2, counters c3, counters d3,
    const uint64_t keys[20]) {
  const counters zero = {0};
  const counters m0 = zero + 0xd2511f53u, m1 = zero + 0xcd9e8d57u;
  counters c1 = zero + word1, c2 = zero + word2, d1 = c1, d2 = c2;
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    const counters a = lower(c0) * m0, b = lower(c2) * m1, e = lower(d0) * m0, f = lower(d2) * m1;
    const counters key0 = zero + keys[2 * round], key1 = zero + keys[2 * round + 1];
    c0 = (b >> 32) ^ c1 ^ key0, c1 = b, c2 = (a >> 32) ^ c3 ^ key1, c3 = a;
    d0 = (f >> 32) ^ d1 ^ key0, d1 = f, d2 = (e >> 32) ^ d3 ^ key1, d3 = e;
  }
  joined[0] = lower(c0) | (d0 << 32), joined[1] = lower(c1) | (d1 << 32);
  joined[2] = lower(c2) | (d2 << 32), joined[3] = lower(c3) | (d3 << 32);
}

/** sqrt(-2 ln(w 2^-32 + 2^-33)) */
INLINE float radius(int32_t w) {
  /* for w from 2^31 on, 1 - u has more digits than u: both halves use the distance to their own end of (0, 1) */
  const int32_t upper = w >> 31;
  const float distance = ((float)(w ^ upper) + 0.5f) * 2.3283064365386963e-10f;
  const float u = upper ? 1.0f - distance : distance;
  const int32_t e = exponent_of(u);
  const float f = (upper && e == 0) ? -distance : mantissa_minus_one(u, e);
  return __builtin_sqrtf(log_of_parts(f, (float)e) * -2.0f);
}

/** Words for R and A become R cos(pi A) and R sin(pi A), in place (Box and Muller 1958) */
INLINE void pairs(uint32_t *restrict r_words, uint32_t *restrict a_words) {
  INDEPENDENT
  for (int l = 0; l < BATCH; l++) {
    const float r = radius((int32_t)r_words[l]);
    const uint32_t angle = a_words[l];
    /* 2^32 is a full turn: the upper two bits, rounded, are the quadrant, exactly */
    const uint32_t quadrant = (angle + 0x20000000u) >> 30;
    const float x = (float)(int32_t)(angle - (quadrant << 30)) * 1.4629180792671596e-9f;
    const float s = x * x;
    float p = FUSED(-1.9515295891e-4f, s, 8.3321608736e-3f);
    p = FUSED(p, s, -1.6666654611e-1f);
    const float sine = FUSED(p * s, x, x);
    float q = FUSED(2.443315711809948e-5f, s, -1.388731625493765e-3f);
    q = FUSED(q, s, 4.166664568298827e-2f);
    const float cosine = FUSED(q * s, s, 1.0f - s * 0.5f);
    const uint32_t low = quadrant << 31, sin_sign = (quadrant >> 1) << 31, cos_sign = sin_sign ^ low;
    const float c = (quadrant & 1) ? sine : cosine, z = (quadrant & 1) ? cosine : sine;
    r_words[l] = (uint32_t)bits_of(r * number_of((int32_t)((uint32_t)bits_of(c) ^ cos_sign)));
    a_words[l] = (uint32_t)bits_of(r * number_of((int32_t)((uint32_t)bits_of(z) ^ sin_sign)));
  }
}

/** 4 BATCH numbers */
INLINE void normals(float *out, uint32_t first, uint32_t word1, uint32_t word2, uint32_t word3, const uint64_t keys[20]) {
  uint32_t words[4][BATCH] __attribute__((aligned(64)));
  const counters zero = {0}, last = zero + word3;
  for (int at = 0; at < BATCH; at += LANES) {
    const counters blocks = even_numbers() + (uint64_t)(first + at);
    counters joined[4];
    philox(joined, blocks, blocks + 1, word1, word2, last, last, keys);
    for (int j = 0; j < 4; j++) __builtin_memcpy(&words[j][at], &joined[j], sizeof joined[j]);
  }
  pairs(words[0], words[1]);
  pairs(words[2], words[3]);
  /* groups of four blocks: four first words, four second ones, ... */
  for (int b = 0; b < BATCH; b += 4)
    for (int j = 0; j < 4; j++) __builtin_memcpy(out + b * 4 + j * 4, &words[j][b], 16);
}

/** Standard normals, n for each of several draws, `stride` steps from one draw to the next */
KERNEL(normalNoise)(
    float *out, int32_t n, int32_t draws, uint32_t stride, uint32_t purpose, uint32_t layer, const uint32_t *control) {
  const uint32_t word2 = (layer << 16) | control[3], word3 = purpose << 24;
  uint32_t word1 = control[2];
  uint64_t keys[20];
  schedule_keys(keys, control);
  for (; draws > 0; draws--, out += n, word1 += stride) {
    int32_t i = 0;
    for (; i + 4 * BATCH <= n; i += 4 * BATCH) normals(out + i, (uint32_t)i / 4, word1, word2, word3, keys);
    if (i == n) continue;
    float spare[4 * BATCH];
    normals(spare, (uint32_t)i / 4, word1, word2, word3, keys);
    for (int32_t j = 0; i + j < n; j++) out[i + j] = spare[j];
  }
}

/** +1 and -1 [examples, features], from the bits of 128 features' block; as many examples at a time as there are lanes */
KERNEL(signNoise)(
    float *out, int32_t examples, int32_t features, uint32_t purpose, uint32_t layer, const uint32_t *control) {
  const uint32_t word1 = control[2], word2 = (layer << 16) | control[3], first = control[4];
  const counters zero = {0};
  uint64_t keys[20];
  schedule_keys(keys, control);
  for (int32_t example = 0; example < examples; example += LANES) {
    const counters even = even_numbers() + (uint64_t)((purpose << 24) | (first + (uint32_t)example));
    const int32_t several = examples - example < LANES ? examples - example : LANES;
    for (int32_t f = 0; f < features; f += 128) {
      const counters block = zero + (uint64_t)(f >> 7);
      counters joined[4];
      philox(joined, block, block, word1, word2, even, even + 1, keys);
      uint32_t words[4][LANES];
      __builtin_memcpy(words, joined, sizeof words);
      for (int32_t i = 0; i < several; i++) {
        float *row = out + (int64_t)(example + i) * features + f;
        for (int32_t w = 0; w < 4 && f + 32 * w < features; w++) {
          const uint32_t word = words[w][i];
          const int32_t n = features - f - 32 * w;
          if (n >= 32) {
            INDEPENDENT
            for (int32_t l = 0; l < 32; l++) row[32 * w + l] = number_of((int32_t)(0x3f800000u | ((word >> l) << 31)));
          } else {
            for (int32_t l = 0; l < n; l++) row[32 * w + l] = number_of((int32_t)(0x3f800000u | ((word >> l) << 31)));
          }
        }
      }
    }
  }
}

/* ---- products: matmul.ts ---- */

typedef float floats __attribute__((vector_size(LANES * 4), aligned(4)));

/** Rows of a tile; two vectors of each are held in registers. */
#define TILE 6

/** Depth of a block: sums of more are put down and taken up again, as matmul.ts does. */
#define DEPTH 512

typedef int32_t integers __attribute__((vector_size(LANES * 4)));

/** 0 for what is negative; a NaN stays */
INLINE floats rectified(floats x) { return (floats)((integers)x & ~(integers)(x < 0.0f)); }

/** `valid` of the columns of a row, or all */
INLINE floats loaded(const float *p, int32_t valid) {
  floats x = {0};
  if (valid >= LANES) __builtin_memcpy(&x, p, sizeof x);
  else
    for (int32_t l = 0; l < valid; l++) x[l] = p[l];
  return x;
}

INLINE void stored(float *p, floats x, int32_t valid) {
  if (valid >= LANES) __builtin_memcpy(p, &x, sizeof x);
  else
    for (int32_t l = 0; l < valid; l++) p[l] = x[l];
}

/** `rows` rows of C, `vectors` vectors of each; element (i, l) of A stands at a + i * row + l * step */
INLINE void tile(
    float *out, int32_t out_stride, const float *a, int64_t row, int64_t step, const float *b, int64_t b_stride, int32_t k,
    int32_t valid, const float *bias, int first, int rectify, const int rows, const int vectors) {
  floats sums[TILE][2];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) {
      sums[r][v] = bias ? loaded(bias + v * LANES, valid - v * LANES) : (floats){0};
      if (!first) sums[r][v] = sums[r][v] + loaded(out + (int64_t)r * out_stride + v * LANES, valid - v * LANES);
    }
  for (int32_t l = 0; l < k; l++, a += step, b += b_stride) {
    floats w[2];
    for (int v = 0; v < vectors; v++) __builtin_memcpy(&w[v], b + v * LANES, sizeof w[v]);
    for (int r = 0; r < rows; r++) {
      const floats x = a[r * row] - (floats){0};
      for (int v = 0; v < vectors; v++) sums[r][v] = __builtin_elementwise_fma(x, w[v], sums[r][v]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) {
      const floats x = rectify ? rectified(sums[r][v]) : sums[r][v];
      stored(out + (int64_t)r * out_stride + v * LANES, x, valid - v * LANES);
    }
}

/** All rows of up to 2 LANES columns of C */
INLINE void panel(
    float *out, int32_t n, const float *a, int64_t row, int64_t step, const float *b, int64_t b_stride, int32_t m,
    int32_t k, int32_t valid, const float *bias, int first, int rectify, const int vectors) {
  int32_t i = 0;
  for (; i + TILE <= m; i += TILE)
    tile(out + (int64_t)i * n, n, a + i * row, row, step, b, b_stride, k, valid, bias, first, rectify, TILE, vectors);
  for (; i + 2 <= m; i += 2)
    tile(out + (int64_t)i * n, n, a + i * row, row, step, b, b_stride, k, valid, bias, first, rectify, 2, vectors);
  if (i < m) tile(out + (int64_t)i * n, n, a + i * row, row, step, b, b_stride, k, valid, bias, first, rectify, 1, vectors);
}

/**
 * out [m, n] = relu or none of (op(a) op(b) + bias); each element is summed in the order of k from its bias on.
 * `scratch` has room for a block of a panel of B, DEPTH * 2 LANES
 */
KERNEL(matmul)(
    float *out, const float *a, const float *b, int32_t m, int32_t n, int32_t k, int32_t transpose_a, int32_t transpose_b,
    const float *bias, int32_t rectify, float *scratch) {
  const int64_t row = transpose_a ? 1 : k, step = transpose_a ? m : 1;
  for (int32_t block = 0; block < k; block += DEPTH) {
    const int32_t deep = k - block < DEPTH ? k - block : DEPTH;
    const int last = block + deep == k;
    const float *from = a + block * step;
    for (int32_t next = 0; next < n; next += 2 * LANES) {
      const int wide = n - next > LANES;
      const int32_t width = wide ? 2 * LANES : LANES;
      /* the last columns once more with some before them, to the same numbers, rather than with zeros behind them */
      const int32_t j = k <= DEPTH && n - next < width && n >= width ? n - width : next;
      const int32_t valid = n - j < width ? n - j : width;
      const float *rows_of_b = b + (int64_t)block * n + j;
      int64_t b_stride = n;
      if (transpose_b || valid < width || m >= 64) {
        /* side by side, zeros behind the last column */
        for (int32_t l = 0; l < deep; l++) {
          float *p = scratch + (int64_t)l * width;
          if (transpose_b)
            for (int32_t c = 0; c < valid; c++) p[c] = b[(int64_t)(j + c) * k + block + l];
          else
            for (int32_t c = 0; c < valid; c++) p[c] = rows_of_b[(int64_t)l * n + c];
          for (int32_t c = valid; c < width; c++) p[c] = 0.0f;
        }
        rows_of_b = scratch;
        b_stride = width;
      }
      const float *offset = bias && last ? bias + j : 0;
      if (wide) panel(out + j, n, from, row, step, rows_of_b, b_stride, m, deep, valid, offset, block == 0, rectify && last, 2);
      else panel(out + j, n, from, row, step, rows_of_b, b_stride, m, deep, valid, offset, block == 0, rectify && last, 1);
    }
  }
}

/* ---- kernels of flipout in another library's layout: blocked.ts, paired.ts ---- */

INLINE float with_sign(float x, uint32_t mask) { return number_of((int32_t)((uint32_t)bits_of(x) ^ mask)); }

/** own = mean + signs . perturbation (Wen et al. 2018, eq. 4) */
KERNEL(formBlocked)(
    float *own, const float *mean, const float *perturbation, const uint16_t *table, int32_t runs, int32_t lanes,
    const uint32_t *lane_masks, const uint32_t *other_masks) {
  for (; runs > 0; runs--, table += 2, own += lanes, mean += lanes, perturbation += lanes) {
    const uint32_t other = other_masks[table[0]];
    const uint32_t *masks = lane_masks + table[1];
    INDEPENDENT
    for (int32_t l = 0; l < lanes; l++) own[l] = mean[l] + with_sign(perturbation[l], other ^ masks[l]);
  }
}

/** d_mean += gradient, d_perturbation += signs . gradient; the first one is not added */
KERNEL(foldBlocked)(
    float *d_mean, float *d_perturbation, const float *gradient, const uint16_t *table, int32_t runs, int32_t lanes,
    const uint32_t *lane_masks, const uint32_t *other_masks, int32_t first) {
  for (; runs > 0; runs--, table += 2, gradient += lanes, d_mean += lanes, d_perturbation += lanes) {
    const uint32_t other = other_masks[table[0]];
    const uint32_t *masks = lane_masks + table[1];
    if (first) {
      INDEPENDENT
      for (int32_t l = 0; l < lanes; l++) {
        const float g = gradient[l];
        d_mean[l] = g;
        d_perturbation[l] = with_sign(g, other ^ masks[l]);
      }
    } else {
      INDEPENDENT
      for (int32_t l = 0; l < lanes; l++) {
        const float g = gradient[l];
        d_mean[l] = d_mean[l] + g;
        d_perturbation[l] = d_perturbation[l] + with_sign(g, other ^ masks[l]);
      }
    }
  }
}

/** The upper half of a float32, to the nearest, ties to even; a NaN keeps its upper bits and is made quiet */
INLINE uint16_t narrowed(float x) {
  const uint32_t word = (uint32_t)bits_of(x), upper = word >> 16;
  const uint32_t nearest = (word + ((upper & 1) + 0x7fff)) >> 16;
  return (uint16_t)(x != x ? upper | 0x40 : nearest);
}

/** As formBlocked, in bfloat16: `elements` of a run, of which each lane may be a pair of the other channels */
KERNEL(formPaired)(
    uint16_t *own, const float *mean, const float *perturbation, const uint16_t *table, int32_t runs, int32_t elements,
    int32_t pair, const uint32_t *lane_masks, const uint32_t *other_masks) {
  for (; runs > 0; runs--, table += 2, own += elements, mean += elements, perturbation += elements) {
    const uint32_t even = other_masks[table[0]], odd = pair == 2 ? other_masks[table[0] + 1] : even;
    const uint32_t *masks = lane_masks + (int32_t)table[1] * pair;
    INDEPENDENT
    for (int32_t i = 0; i < elements; i++) {
      own[i] = narrowed(mean[i] + with_sign(perturbation[i], ((i & 1) ? odd : even) ^ masks[i]));
    }
  }
}

KERNEL(narrow)(uint16_t *out, const float *x, int32_t n) {
  INDEPENDENT
  for (int32_t i = 0; i < n; i++) out[i] = narrowed(x[i]);
}

/* ---- what lies behind a convolution: windows.ts; offsets in bytes ---- */

INLINE const float *moved(const float *p, uint32_t bytes) { return (const float *)((const uint8_t *)p + bytes); }

KERNEL(poolWindows)(
    float *y, uint8_t *indices, const float *map, int32_t out_height, int32_t out_width, int32_t channels, uint32_t b,
    uint32_t c, uint32_t d, uint32_t step, uint32_t row_step, int32_t rectify) {
  for (int32_t oy = 0; oy < out_height; oy++, map = moved(map, row_step)) {
    const float *first = map;
    for (int32_t ox = 0; ox < out_width; ox++, first = moved(first, step), y += channels, indices += channels) {
      const float *second = moved(first, b), *third = moved(first, c), *fourth = moved(first, d);
      INDEPENDENT
      for (int32_t k = 0; k < channels; k++) {
        const float w = first[k], x = second[k], u = third[k], v = fourth[k];
        /* NaN is found through the sum */
        const float sum = (w + x) + (u + v);
        const float two = w < x ? x : w;
        const float three = two < u ? u : two;
        float best = three < v ? v : three;
        int32_t place = x > w ? 1 : 0;
        place = u > two ? 2 : place;
        place = v > three ? 3 : place;
        best = sum != sum ? sum : best;
        if (rectify) {
          /* where all four were cut off, the first of them is the first maximum */
          place = best > 0.0f ? place : 0;
          best = best < 0.0f ? 0.0f : best;
        }
        y[k] = best;
        indices[k] = (uint8_t)place;
      }
    }
  }
}

KERNEL(unpoolWindows)(
    float *dz, const float *dy, const float *y, const uint8_t *indices, int32_t out_height, int32_t out_width,
    int32_t channels, uint32_t b, uint32_t c, uint32_t d, uint32_t step, uint32_t row_step, int32_t rectify, float *part) {
  for (int32_t oy = 0; oy < out_height; oy++, dz = (float *)moved(dz, row_step)) {
    float *first = dz;
    for (int32_t ox = 0; ox < out_width; ox++, dy += channels, y += channels, indices += channels) {
      float *second = (float *)moved(first, b), *third = (float *)moved(first, c), *fourth = (float *)moved(first, d);
      INDEPENDENT
      for (int32_t k = 0; k < channels; k++) {
        const float v = !rectify || y[k] > 0.0f ? dy[k] : 0.0f;
        const int32_t place = indices[k];
        part[k] = part[k] + v;
        first[k] = place == 0 ? v : 0.0f;
        second[k] = place == 1 ? v : 0.0f;
        third[k] = place == 2 ? v : 0.0f;
        fourth[k] = place == 3 ? v : 0.0f;
      }
      first = (float *)moved(first, step);
    }
  }
}

/** dz = dy where the relu let y through; `part` [channels] += its sums over the positions */
KERNEL(rectifyGradient)(float *dz, const float *dy, const float *y, int32_t positions, int32_t channels, float *part) {
  for (; positions > 0; positions--, dz += channels, dy += channels, y += channels) {
    INDEPENDENT
    for (int32_t k = 0; k < channels; k++) {
      const float v = y[k] > 0.0f ? dy[k] : 0.0f;
      dz[k] = v;
      part[k] = part[k] + v;
    }
  }
}

/* ---- the library ---- */

#ifdef ENTRY

/** Of this page's functions and signatures; library.ts asks for it. */
SHOWN int32_t version(void) { return 1; }

#if defined(__x86_64__)
INLINE void cpuid(uint32_t leaf, uint32_t a[4]) {
  __asm__ volatile("cpuid" : "=a"(a[0]), "=b"(a[1]), "=c"(a[2]), "=d"(a[3]) : "a"(leaf), "c"(0));
}

/** What processor and system allow of the levels of x86-64: 4, 3 or 0 */
SHOWN int32_t level(void) {
  uint32_t r[4], low, high;
  cpuid(0, r);
  if (r[0] < 7) return 0;
  cpuid(1, r);
  const uint32_t base = (1u << 12) | (1u << 22) | (1u << 27) | (1u << 28); /* FMA, MOVBE, OSXSAVE, AVX */
  if ((r[2] & base) != base) return 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x06) != 0x06) return 0; /* the system keeps xmm and ymm */
  cpuid(7, r);
  const uint32_t v3 = (1u << 3) | (1u << 5) | (1u << 8); /* BMI1, AVX2, BMI2 */
  const uint32_t v4 = (1u << 16) | (1u << 17) | (1u << 28) | (1u << 30) | (1u << 31); /* AVX-512 F, DQ, CD, BW, VL */
  if ((r[1] & v3) != v3) return 0;
  return (low & 0xe6) == 0xe6 && (r[1] & v4) == v4 ? 4 : 3;
}
#else
SHOWN int32_t level(void) { return 1; }
#endif

#if defined(_WIN32)
/** A library without the C runtime has no other entry. */
int __stdcall DllMainCRTStartup(void *module, uint32_t reason, void *reserved) {
  (void)module, (void)reason, (void)reserved;
  return 1;
}
#endif

#endif
