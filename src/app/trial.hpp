// For tests only: a folder that goes away, and a command with its output caught.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "app/wiring.hpp"
#include "base/check.hpp"

namespace haidang::app {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "haidang-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(std::string_view name) const { return (path_ / name).string(); }
  std::string write(std::string_view name, std::string_view text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

struct Caught {
  ExitCode code;
  std::string output;
  std::string messages;
};

// haidang ARGUMENTS…, with its output into `output` if that is named.
inline Caught run_caught(const std::vector<std::string>& arguments, std::string output = {}) {
  const Folder folder;
  if (output.empty()) output = folder.path("out");
  const int descriptor = ::open(output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  std::FILE* messages = std::fopen(folder.path("messages").c_str(), "we");
  CHECK(descriptor >= 0 && messages != nullptr, "the folder of a test cannot be written");
  const std::vector<std::string_view> words(arguments.begin(), arguments.end());
  const ExitCode code = run_subcommand(words, {descriptor, messages});
  std::fclose(messages);
  ::close(descriptor);
  return {code, folder.read("out"), folder.read("messages")};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Rules that fit events of unknown kind, such as {"word":"bad","who":"an"}.
constexpr std::string_view bad_word_rule = R"(
title: A bad word
id: 11111111-1111-1111-1111-111111111111
logsource: {category: test}
detection:
  sel: {word: bad}
  condition: sel
level: high
tags: [attack.credential-access, attack.t1110]
)";

constexpr std::string_view three_bad_words_rule = R"(
title: A bad word, food for another
id: 22222222-2222-2222-2222-222222222222
name: food
logsource: {category: test}
detection:
  sel: {word: bad}
  condition: sel
---
title: Three bad words
id: 33333333-3333-3333-3333-333333333333
correlation:
  type: event_count
  rules: [food]
  group-by: [who]
  timespan: 1m
  condition: {gte: 3}
level: critical
)";

}  // namespace haidang::app
