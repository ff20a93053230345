#include "app/delivery.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace haidang::app {
namespace {

Batch saying(std::string text) { return {.text = std::move(text)}; }

TEST(Delivery, HandsOnInInputOrderWhateverComesFirst) {
  std::string told;
  Delivery delivery(Delivery::Order::input, [&](Batch& batch) {
    told += batch.text;
    return true;
  });
  struct Row {
    Ticket ticket;
    std::string_view text, told_after;
  };
  const Row rows[] = {
      {{.file = 1, .part = 0}, "d", ""},
      {{.file = 0, .part = 1}, "b", ""},
      {{.file = 0, .part = 0}, "a", "ab"},
      {{.file = 1, .part = 1, .last = true}, "e", "ab"},
      {{.file = 0, .part = 2, .last = true}, "c", "abcde"},
      {{.file = 2, .part = 0, .last = true}, "f", "abcdef"},
  };
  for (const auto& row : rows) {
    Batch batch = saying(std::string(row.text));
    delivery.deliver(row.ticket, batch);
    EXPECT_EQ(told, row.told_after);
    EXPECT_TRUE(batch.text.empty());
  }
}

TEST(Delivery, AsTheyComeKeepsNoOrder) {
  std::string told;
  Delivery delivery(Delivery::Order::as_they_come, [&](Batch& batch) {
    told += batch.text;
    return true;
  });
  Batch batch = saying("b");
  delivery.deliver({.file = 5, .part = 7}, batch);
  EXPECT_EQ(told, "b");
}

TEST(Delivery, OneThatIsFarAheadWaitsForTheOneThatIsDue) {
  std::string told;
  Delivery delivery(
      Delivery::Order::input,
      [&](Batch& batch) {
        told += batch.text.substr(0, 1);
        return true;
      },
      1000);
  std::atomic<int> delivered = 0;
  std::jthread ahead([&] {
    for (std::uint32_t part = 1; part <= 3; ++part) {
      Batch batch = saying(std::string(2000, static_cast<char>('a' + part)));
      delivery.deliver({.file = 0, .part = part}, batch);
      ++delivered;
    }
  });
  while (delivered < 1) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(delivered, 1);
  Batch due = saying("a");
  delivery.deliver({.file = 0, .part = 0}, due);
  ahead.join();
  EXPECT_EQ(told, "abcd");
}

TEST(Delivery, AFailedTakerEndsItAndFreesWhoWaits) {
  Delivery delivery(Delivery::Order::input, [](Batch&) { return false; }, 1);
  Batch ahead = saying("b");
  delivery.deliver({.file = 0, .part = 1}, ahead);
  std::jthread waits([&] {
    Batch batch = saying("c");
    delivery.deliver({.file = 0, .part = 2}, batch);
  });
  Batch due = saying("a");
  delivery.deliver({.file = 0, .part = 0}, due);
  waits.join();
  EXPECT_TRUE(delivery.stopped());
}

}  // namespace
}  // namespace haidang::app
