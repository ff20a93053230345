// Any bytes, cut at newlines into arguments: parsed or refused with a message.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/quantity.hpp"
#include "base/settings.hpp"
#include "base/text.hpp"

namespace {

using namespace haidang;
using std::chrono::nanoseconds;

std::vector<std::string_view> cut(std::string_view bytes) {
  std::vector<std::string_view> arguments;
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    arguments.push_back(line);
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
  }
  return arguments;
}

void check_quantities(std::string_view text) {
  if (const auto duration = parse_duration(text)) {
    CHECK(parse_duration(format_duration(*duration)) == *duration, "durations are read again");
  }
  if (const auto size = parse_size(text)) {
    CHECK(parse_size(format_size(*size)) == *size, "sizes are read again");
  }
}

void check_settings(const std::vector<std::string_view>& arguments) {
  std::vector<std::string> rules;
  std::vector<std::string> files;
  bool stats = false;
  int threads = 1;
  nanoseconds window{1};
  std::uint64_t memory = 1;
  Settings settings("haidang fuzz", "parses what it is given");
  settings.texts({.name = "rules", .form = "DIR", .required = true}, rules);
  settings.flag({.name = "stats"}, stats);
  settings.number({.name = "threads", .form = "N"}, threads, {1, 256});
  settings.duration({.name = "window", .form = "TIME"}, window,
                    {nanoseconds{1}, nanoseconds::max()});
  settings.size({.name = "memory", .form = "SIZE"}, memory, {1, UINT64_MAX});
  settings.positionals({.name = "FILE"}, files, {0, 5});
  const auto parsed = settings.parse(arguments);
  if (!parsed) {
    CHECK(text::valid_utf8(parsed.error().message()), "messages are well-formed");
    return;
  }
  if (*parsed == Settings::Parsed::help) return;
  CHECK(!rules.empty() && files.size() <= 5, "what is required is there");
  CHECK(threads >= 1 && threads <= 256 && window.count() > 0 && memory > 0, "bounds hold");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto arguments = cut(bytes);
  for (const std::string_view argument : arguments) check_quantities(argument);
  check_settings(arguments);
  return 0;
}
