#include "firmware/core/ring_buffer.h"

#include <gtest/gtest.h>

#include "firmware/core/backoff.h"

namespace fajma::firmware {
namespace {

TEST(RingBuffer, DropsTheOldestWhenFull) {
  RingBuffer<int> ring(3);
  EXPECT_FALSE(ring.Push(1));
  EXPECT_FALSE(ring.Push(2));
  EXPECT_FALSE(ring.Push(3));
  EXPECT_TRUE(ring.Push(4));
  ASSERT_EQ(ring.size(), 3U);
  EXPECT_EQ(ring[0], 2);
  EXPECT_EQ(ring[1], 3);
  EXPECT_EQ(ring[2], 4);
}

TEST(RingBuffer, KeepsOrderOverManyTurns) {
  RingBuffer<int> ring(5);
  for (int i = 0; i < 1000; ++i) {
    ring.Push(i);
    if (i % 3 == 0) {
      ring.PopFront();
    }
    for (std::size_t k = 0; k < ring.size(); ++k) {
      EXPECT_EQ(ring[k], i - static_cast<int>(ring.size()) + 1 + static_cast<int>(k));
    }
  }
}

TEST(RingBuffer, HoldsAtLeastOne) {
  RingBuffer<int> ring(0);
  EXPECT_EQ(ring.capacity(), 1U);
  EXPECT_FALSE(ring.Push(1));
  EXPECT_TRUE(ring.Push(2));
  EXPECT_EQ(ring[0], 2);
}

TEST(Backoff, DoublesUpToItsMaximum) {
  Backoff backoff(1000, 10'000, 7);
  for (const std::uint32_t whole : {1000U, 2000U, 4000U, 8000U, 10'000U, 10'000U}) {
    const std::uint32_t delay = backoff.Next();
    EXPECT_LE(delay, whole);
    EXPECT_GE(delay, whole - whole / 4);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), 1000U);
}

TEST(Backoff, DiffersBetweenDevices) {
  int equal = 0;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    equal += Backoff(60'000, 60'000, seed).Next() == Backoff(60'000, 60'000, seed + 1000).Next() ? 1 : 0;
  }
  EXPECT_LT(equal, 5);
}

TEST(Backoff, NeverOverflows) {
  Backoff backoff(UINT32_MAX / 2 + 1, UINT32_MAX, 3);
  for (int i = 0; i < 10; ++i) {
    EXPECT_GE(backoff.Next(), UINT32_MAX / 2 - UINT32_MAX / 8);
  }
}

}  // namespace
}  // namespace fajma::firmware
