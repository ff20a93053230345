// What records of a dataset are called in Sigma: which logsources they belong to
// and under which path each Sigma field stands. All of it is data: catalogue/mappings/*.yml,
// whose README describes the format.
//
//   paths of a record --recognise--> Dataset --values of its `when` fields--> logsources
//   path + logsources --sigma_names--> "CommandLine", "Image" …
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "base/result.hpp"
#include "base/yaml.hpp"
#include "watch/detect/logsource.hpp"

namespace haidang::detect {

// One row: records for which all conditions hold belong to `logsource`.
struct Membership {
  struct Condition {
    std::string field{};                // a Sigma name
    std::vector<std::string> values{};  // any of them, case folded; a trailing * is a wildcard
    bool accepts(std::string_view folded) const;
  };
  struct Rename {
    std::string sigma{};
    std::string source{};
  };
  Logsource logsource{};
  std::vector<Condition> when{};
  std::vector<Rename> fields{};
};

// Fields to be taken out of the text of another: sshd's "Failed password for root from …".
struct Extraction {
  std::string from{};
  std::vector<Membership::Condition> when{};
  std::shared_ptr<const re2::RE2> pattern{};  // named groups become fields
  std::vector<std::string> names{};           // of its groups, in order
};

constexpr std::size_t most_routing = 8;

struct Dataset {
  std::string name{};
  std::vector<std::string> prefixes{};  // "Event.EventData.", "Event.UserData.*.", ""
  std::vector<Membership::Rename> names{};
  std::vector<std::string> time{};  // paths of the event's time, best first
  std::vector<std::string> host{};  // Sigma names that tell where it happened
  std::vector<Membership> memberships{};
  std::vector<Extraction> extractions{};
  std::vector<std::string> routing{};  // all fields named in a `when`
  bool everything = false;             // unknown records: every rule is tried

  // Sigma's names for a path, given the memberships that hold (indices).
  [[nodiscard]] std::vector<std::string> sigma_names(std::string_view path,
                                                     const std::vector<std::uint32_t>& held) const;
};

// Bit i: path `markers()[i]` was seen in the record.
constexpr std::size_t most_markers = 128;
using Marks = std::bitset<most_markers>;

class Mappings {
 public:
  // *.yml of a directory. Any fault fails it: these are our own files.
  static Result<Mappings> load(const std::string& directory);
  static Result<Mappings> parse(const std::vector<std::pair<std::string, std::string>>& files);

  [[nodiscard]] const std::vector<Dataset>& datasets() const { return datasets_; }
  // Which marker a path is: its bit, or none.
  [[nodiscard]] Marks mark_of(std::string_view path) const;
  // Index of the dataset: told by its reader, else recognised by its paths, else the unknown one.
  [[nodiscard]] std::uint32_t named(std::string_view dataset) const;
  [[nodiscard]] std::uint32_t recognised(Marks seen) const;
  // All logsources that some dataset can produce.
  [[nodiscard]] bool reachable(const Logsource& rule) const;

 private:
  struct Recognition {
    Marks wanted{};
    Marks unwanted{};
    std::uint32_t dataset = 0;
  };
  Result<> add_file(const std::string& file, const std::string& text);
  Result<> add_dataset(const yaml::Node& node, const std::string& file,
                       const std::vector<Membership>& memberships,
                       const std::vector<Extraction>& extractions);
  Result<Marks> marks_of(const yaml::Node* paths, const std::string& file);
  void add_unknown();

  std::vector<Dataset> datasets_;
  std::vector<std::string> markers_;
  std::vector<Recognition> recognitions_;  // most specific first
};

}  // namespace haidang::detect
