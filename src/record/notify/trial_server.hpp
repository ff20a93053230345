// For tests only: trial_server.py as a process, ended with its test, and what it received.
#pragma once

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"

namespace haidang::notify {

// Runs a program with our environment and `output`, if any, as its standard output.
inline ::pid_t spawn(std::vector<std::string> words, int output = -1) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (output >= 0) ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  CHECK(failed == 0, "a process of a test starts");
  return pid;
}

class TrialServer {
 public:
  // `options` as trial_server.py says; received lines go to DIR/KIND.ndjson.
  TrialServer(const std::string& kind, const std::filesystem::path& dir,
              std::vector<std::string> options = {})
      : out_(dir / (kind + ".ndjson")) {
    std::array<int, 2> pipe{};
    CHECK(::pipe2(pipe.data(), O_CLOEXEC) == 0, "a pipe can be made");
    std::vector<std::string> words{"/usr/bin/python3", "-B",
                                   HAIDANG_SOURCE_DIR "/src/record/notify/trial_server.py", kind,
                                   out_.string()};
    for (auto& option : options) words.push_back(std::move(option));
    pid_ = spawn(std::move(words), pipe[1]);
    ::close(pipe[1]);
    port_ = first_line(pipe[0]);
    ::close(pipe[0]);
    CHECK(!port_.empty(), "the trial server starts (python3-aiosmtpd is in tools/packages.txt)");
  }
  TrialServer(const TrialServer&) = delete;
  TrialServer& operator=(const TrialServer&) = delete;
  ~TrialServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] std::vector<boost::json::object> received() const {
    std::vector<boost::json::object> all;
    std::ifstream file(out_);
    for (std::string line; std::getline(file, line);)
      all.push_back(boost::json::parse(line).as_object());
    return all;
  }

 private:
  static std::string first_line(int from) {
    std::string line;
    for (char c = 0; ::read(from, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  std::filesystem::path out_;
  ::pid_t pid_ = 0;
  std::string port_;
};

}  // namespace haidang::notify
