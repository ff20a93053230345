// GETs over kept-alive connections, as many as the server answers.
//
// One thread, raw sockets under epoll, one request in flight on each connection. On two cores it
// and the server hinder each other little; on one the figures halve.
#pragma once

#include <cstdint>
#include <string>

namespace haidang::bench {

// Answers a second to `request`, which must always get a 200 of the same size.
double answers_per_second(std::uint16_t port, const std::string& request);

}  // namespace haidang::bench
