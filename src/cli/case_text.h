// Cases as text for a person, from the hub's answers. Included by few sources, because it brings a
// JSON library.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace holdfast::cli {

/// One row for each case of a list.
std::string case_table(const std::vector<boost::json::object>& cases);
/// All of one case: what it is about, what it rests on, what was done and what can be done.
std::string case_page(const boost::json::object& row);
/// What a suggestion does and what would come of it, indented.
std::string suggestion_text(const boost::json::object& suggestion);

}  // namespace holdfast::cli
