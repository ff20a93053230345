// Reading the registry's own YAML: known keys only, labels in both languages, values as JSON.
//
// Every error names file:line. Part of this module only.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/yaml.hpp"
#include "record/registry/roles.hpp"

namespace haidang::registry {

// A file that holds one mapping.
Result<yaml::Node> load_mapping(const std::filesystem::path& file);

// Refuses a key that is not among `known`, and a node that is no mapping.
Result<> only_keys(const yaml::Node& node, std::span<const std::string_view> known,
                   std::string_view file);

Result<Label> label_of(const yaml::Node& node, std::string_view file);  // its part `label`
Result<Label> read_label(const yaml::Node& label, std::string_view file);
Result<bool> flag_of(const yaml::Node& node, std::string_view name, std::string_view file);

// Unquoted true, false, null and whole numbers are themselves, all other scalars text.
boost::json::value to_json(const yaml::Node& node);

}  // namespace haidang::registry
