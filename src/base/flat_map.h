// The open-addressing table of the house, on the process's default memory resource, so that the hub
// can give large tables huge pages (os/huge_pages.h) without the ledger knowing of pages.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory_resource>

namespace holdfast {

template <class Key, class Value, class Hash = boost::hash<Key>>
using FlatMap =
    boost::unordered_flat_map<Key, Value, Hash, std::equal_to<Key>,
                              std::pmr::polymorphic_allocator<std::pair<const Key, Value>>>;

}  // namespace holdfast
