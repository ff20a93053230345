// Finding the route of a request.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/route.hpp"

namespace haidang::api {

struct Found {
  const Route* route = nullptr;  // null: no such path, or none for this method
  std::vector<std::pair<std::string_view, std::string>> parts{};
  std::string allowed{};  // "GET, PUT", where the path is known
};

class Dispatch {
 public:
  explicit Dispatch(std::span<const Route> routes);
  [[nodiscard]] Found find(std::string_view method, std::string_view path) const;

 private:
  struct Pattern {
    const Route* route;
    std::vector<std::string_view> segments;
  };
  std::map<std::size_t, std::vector<Pattern>> by_length_;
};

}  // namespace haidang::api
