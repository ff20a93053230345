// CHECK(condition, "what is broken"): a broken invariant of our own code ends
// the process, in release too: better no watch than a watch that lies.
// Never for what comes from outside; that is a Result.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CHECK(condition, what)                                                               \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", __FILE__, __LINE__, (what), \
                   #condition);                                                              \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
