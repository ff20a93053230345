// Boost.Asio itself, compiled once: everything else in net only declares it.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
