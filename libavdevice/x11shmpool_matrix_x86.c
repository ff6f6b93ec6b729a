/*
 * Copyright (c) 2026 The x11shmpool developers
 *
 * This file is part of x11shmpool.
 *
 * x11shmpool is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * x11shmpool is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with x11shmpool; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
 */

#include "x11shmpool_matrix.h"

#if X11SHMPOOL_MATRIX_X86

#include <immintrin.h>
#include <string.h>

#include "libavutil/attributes.h"

#define BITS X11SHMPOOL_WEIGHT_BITS

#define SSE2 __attribute__((target("sse2")))
#define AVX2 __attribute__((target("avx2")))
#define SSE2_INLINE static av_always_inline SSE2
#define AVX2_INLINE static av_always_inline AVX2

static inline int two(int low, int high)
{
    return (uint16_t)low | (uint32_t)(uint16_t)high << 16;
}

static inline int bias(const X11ShmpoolWeights *w)
{
    return (w->offset << BITS) + (1 << (BITS - 1));
}

typedef struct Weights128 {
    __m128i bytes_02, bytes_13, bias;
} Weights128;

SSE2_INLINE Weights128 weights128(const X11ShmpoolWeights *w)
{
    return (Weights128){ _mm_set1_epi32(two(w->weight[0], w->weight[2])),
                         _mm_set1_epi32(two(w->weight[1], w->weight[3])),
                         _mm_set1_epi32(bias(w)) };
}

SSE2_INLINE __m128i load128(const uint8_t *src)
{
    return _mm_loadu_si128((const __m128i *)src);
}

SSE2_INLINE void store128(uint8_t *dst, __m128i v)
{
    _mm_storeu_si128((__m128i *)dst, v);
}

/* Four pixels to samples of 32 bits. */
SSE2_INLINE __m128i weigh4(__m128i p, const Weights128 *w)
{
    __m128i bytes_02 = _mm_and_si128(p, _mm_set1_epi32(0x00ff00ff));
    __m128i bytes_13 = _mm_srli_epi16(p, 8);
    __m128i sum = _mm_add_epi32(_mm_madd_epi16(bytes_02, w->bytes_02),
                                _mm_madd_epi16(bytes_13, w->bytes_13));

    return _mm_srai_epi32(_mm_add_epi32(sum, w->bias), BITS);
}

/* Eight pixels to samples of 16 bits. */
SSE2_INLINE __m128i weigh8(__m128i p, __m128i q, const Weights128 *w)
{
    return _mm_packs_epi32(weigh4(p, w), weigh4(q, w));
}

static inline int chroma_bias(const X11ShmpoolWeights *w)
{
    return (w->offset << (BITS + 1)) + (1 << BITS);
}

SSE2_INLINE Weights128 chroma_weights128(const X11ShmpoolWeights *w)
{
    return (Weights128){ _mm_set1_epi32(two(w->exact[0], w->exact[2])),
                         _mm_set1_epi32(two(w->exact[1], w->exact[3])),
                         _mm_set1_epi32(chroma_bias(w)) };
}

/* The bytes of two columns, added up, as 16 bits. */
typedef struct Columns128 {
    __m128i bytes_02, bytes_13;
} Columns128;

/* Eight pixels of two rows to four. */
SSE2_INLINE Columns128 columns4(const uint8_t *a, const uint8_t *b)
{
    const __m128i mask = _mm_set1_epi32(0x00ff00ff);
    __m128 p = _mm_castsi128_ps(_mm_avg_epu8(load128(a), load128(b)));
    __m128 q = _mm_castsi128_ps(_mm_avg_epu8(load128(a + 16), load128(b + 16)));
    __m128i left  = _mm_castps_si128(_mm_shuffle_ps(p, q, 0x88));
    __m128i right = _mm_castps_si128(_mm_shuffle_ps(p, q, 0xdd));

    return (Columns128){
        _mm_add_epi16(_mm_and_si128(left, mask), _mm_and_si128(right, mask)),
        _mm_add_epi16(_mm_srli_epi16(left, 8), _mm_srli_epi16(right, 8)),
    };
}

SSE2_INLINE __m128i weigh_columns4(const Columns128 *c, const Weights128 *w)
{
    __m128i sum = _mm_add_epi32(_mm_madd_epi16(c->bytes_02, w->bytes_02),
                                _mm_madd_epi16(c->bytes_13, w->bytes_13));

    return _mm_srai_epi32(_mm_add_epi32(sum, w->bias), BITS + 1);
}

/* Eight samples of 16 bits. */
SSE2_INLINE __m128i weigh_columns8(const Columns128 *c, const Columns128 *d,
                                   const Weights128 *w)
{
    return _mm_packs_epi32(weigh_columns4(c, w), weigh_columns4(d, w));
}

SSE2 void x11shmpool_matrix_plane_sse2(uint8_t *dst, const uint8_t *src, int n,
                                       const X11ShmpoolWeights *w)
{
    const Weights128 wy = weights128(w);

    for (; n >= 16; n -= 16, dst += 16, src += 64)
        store128(dst, _mm_packus_epi16(
            weigh8(load128(src),      load128(src + 16), &wy),
            weigh8(load128(src + 32), load128(src + 48), &wy)));

    x11shmpool_matrix_plane_c(dst, src, n, w);
}

SSE2 void x11shmpool_matrix_chroma_sse2(uint8_t *u, uint8_t *v,
                                        const uint8_t *const src[2], int n,
                                        const X11ShmpoolWeights w[2])
{
    const Weights128 wu = chroma_weights128(w);
    const Weights128 wv = chroma_weights128(w + 1);
    const uint8_t *a = src[0], *b = src[1];

    for (; n >= 16; n -= 16, a += 64, b += 64) {
        Columns128 c = columns4(a, b), d = columns4(a + 32, b + 32);
        __m128i us = _mm_packus_epi16(weigh_columns8(&c, &d, &wu),
                                      _mm_setzero_si128());
        __m128i vs = _mm_packus_epi16(weigh_columns8(&c, &d, &wv),
                                      _mm_setzero_si128());

        if (v) {
            _mm_storel_epi64((__m128i *)u, us);
            _mm_storel_epi64((__m128i *)v, vs);
            u += 8;
            v += 8;
        } else {
            store128(u, _mm_unpacklo_epi8(us, vs));
            u += 16;
        }
    }

    x11shmpool_matrix_chroma_c(u, v, (const uint8_t *const[]){ a, b }, n, w);
}

typedef struct Weights256 {
    __m256i parts, factors, bias;
} Weights256;

AVX2_INLINE Weights256 weights256(const X11ShmpoolWeights *w)
{
    int32_t parts;

    memcpy(&parts, w->part, 4);

    return (Weights256){ _mm256_set1_epi32(parts),
                         _mm256_set1_epi32(two(w->factor[0], w->factor[1])),
                         _mm256_set1_epi32(bias(w)) };
}

AVX2_INLINE __m256i load256(const uint8_t *src)
{
    return _mm256_loadu_si256((const __m256i *)src);
}

/* Eight pixels to samples of 32 bits. */
AVX2_INLINE __m256i weigh_8(__m256i p, const Weights256 *w)
{
    __m256i sum = _mm256_madd_epi16(_mm256_maddubs_epi16(p, w->parts),
                                    w->factors);

    return _mm256_srai_epi32(_mm256_add_epi32(sum, w->bias), BITS);
}

/* Sixteen pixels to samples of 16 bits, each lane by itself. */
AVX2_INLINE __m256i weigh16(__m256i p, __m256i q, const Weights256 *w)
{
    return _mm256_packs_epi32(weigh_8(p, w), weigh_8(q, w));
}

typedef struct ChromaWeights256 {
    __m256i bytes_02, bytes_13, bias;
} ChromaWeights256;

AVX2_INLINE ChromaWeights256 chroma_weights256(const X11ShmpoolWeights *w)
{
    return (ChromaWeights256){
        _mm256_set1_epi32(two(w->exact[0], w->exact[2])),
        _mm256_set1_epi32(two(w->exact[1], w->exact[3])),
        _mm256_set1_epi32(chroma_bias(w)),
    };
}

typedef struct Columns256 {
    __m256i bytes_02, bytes_13;
} Columns256;

/* Sixteen pixels of two rows to eight, each lane by itself. */
AVX2_INLINE Columns256 columns8(const uint8_t *a, const uint8_t *b)
{
    const __m256i mask = _mm256_set1_epi32(0x00ff00ff);
    __m256 p = _mm256_castsi256_ps(_mm256_avg_epu8(load256(a), load256(b)));
    __m256 q = _mm256_castsi256_ps(_mm256_avg_epu8(load256(a + 32),
                                                   load256(b + 32)));
    __m256i left  = _mm256_castps_si256(_mm256_shuffle_ps(p, q, 0x88));
    __m256i right = _mm256_castps_si256(_mm256_shuffle_ps(p, q, 0xdd));

    return (Columns256){
        _mm256_add_epi16(_mm256_and_si256(left,  mask),
                         _mm256_and_si256(right, mask)),
        _mm256_add_epi16(_mm256_srli_epi16(left,  8),
                         _mm256_srli_epi16(right, 8)),
    };
}

AVX2_INLINE __m256i weigh_columns_8(const Columns256 *c,
                                    const ChromaWeights256 *w)
{
    __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(c->bytes_02, w->bytes_02),
                                   _mm256_madd_epi16(c->bytes_13, w->bytes_13));

    return _mm256_srai_epi32(_mm256_add_epi32(sum, w->bias), BITS + 1);
}

/* Sixteen samples of 16 bits, each lane by itself. */
AVX2_INLINE __m256i weigh_columns16(const Columns256 *c, const Columns256 *d,
                                    const ChromaWeights256 *w)
{
    return _mm256_packs_epi32(weigh_columns_8(c, w), weigh_columns_8(d, w));
}

AVX2 void x11shmpool_matrix_plane_avx2(uint8_t *dst, const uint8_t *src, int n,
                                       const X11ShmpoolWeights *w)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const Weights256 wy = weights256(w);

    for (; n >= 32; n -= 32, dst += 32, src += 128) {
        __m256i p = _mm256_packus_epi16(
            weigh16(load256(src),      load256(src + 32), &wy),
            weigh16(load256(src + 64), load256(src + 96), &wy));

        _mm256_storeu_si256((__m256i *)dst,
                            _mm256_permutevar8x32_epi32(p, order));
    }

    x11shmpool_matrix_plane_sse2(dst, src, n, w);
}

AVX2 void x11shmpool_matrix_chroma_avx2(uint8_t *u, uint8_t *v,
                                        const uint8_t *const src[2], int n,
                                        const X11ShmpoolWeights w[2])
{
    const ChromaWeights256 wu = chroma_weights256(w);
    const ChromaWeights256 wv = chroma_weights256(w + 1);
    const uint8_t *a = src[0], *b = src[1];

    for (; n >= 32; n -= 32, a += 128, b += 128) {
        Columns256 c = columns8(a, b), d = columns8(a + 64, b + 64);
        __m256i uv = _mm256_packus_epi16(weigh_columns16(&c, &d, &wu),
                                         weigh_columns16(&c, &d, &wv));
        __m128i low  = _mm256_castsi256_si128(uv);
        __m128i high = _mm256_extracti128_si256(uv, 1);
        __m128i us = _mm_unpacklo_epi16(low, high);
        __m128i vs = _mm_unpackhi_epi16(low, high);

        if (v) {
            store128(u, us);
            store128(v, vs);
            u += 16;
            v += 16;
        } else {
            store128(u,      _mm_unpacklo_epi8(us, vs));
            store128(u + 16, _mm_unpackhi_epi8(us, vs));
            u += 32;
        }
    }

    x11shmpool_matrix_chroma_sse2(u, v, (const uint8_t *const[]){ a, b }, n, w);
}

/* Eight bytes more than the eight pixels are written: the next pixels', which
 * are within the row as long as there are eleven. */
AVX2 void x11shmpool_matrix_rgb_avx2(uint8_t *dst, const uint8_t *src, int n,
                                     const uint8_t position[3])
{
    const __m256i order = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
    uint8_t bytes[16]   = { 0 };
    __m256i shuffle;

    for (int i = 0; i < 12; i++)
        bytes[i] = i / 3 * 4 + position[i % 3];
    shuffle = _mm256_broadcastsi128_si256(load128(bytes));

    for (; n >= 11; n -= 8, dst += 24, src += 32) {
        __m256i p = _mm256_shuffle_epi8(load256(src), shuffle);

        _mm256_storeu_si256((__m256i *)dst,
                            _mm256_permutevar8x32_epi32(p, order));
    }

    x11shmpool_matrix_rgb_c(dst, src, n, position);
}

#endif
