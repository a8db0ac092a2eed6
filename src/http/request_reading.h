// For the parser's tests and its fuzzer: a request described in one line, as our parser and as
// Beast's message parser read it.
#pragma once

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <vector>

#include "http/request_parser.h"

namespace holdfast::http {

inline constexpr std::size_t kBodyLimit = 1000;

/// Delivers `text` in pieces of the given sizes (the last one repeats) and describes each request
/// as "METHOD target|name=value;...|body", or the refusal as "status code".
inline std::vector<std::string> parse(const std::string& text,
                                      const std::vector<std::size_t>& pieces,
                                      std::string* detail = nullptr) {
    std::vector<std::string> seen;
    RequestParser parser;
    std::array<Header, kHeadersMax> headers;
    std::vector<char> buffer;
    std::size_t at = 0, piece = 0;
    while (at < text.size()) {
        const std::size_t size =
            std::min(text.size() - at, pieces[std::min(piece++, pieces.size() - 1)]);
        buffer.insert(buffer.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                      text.begin() + static_cast<std::ptrdiff_t>(at + size));
        at += size;
        for (bool more = true; more && !buffer.empty();) {
            switch (parser.advance(buffer)) {
                case RequestParser::Step::need_more:
                    buffer.resize(buffer.size() - parser.close_gap(buffer));
                    // The buffer moves between calls, as it does in a connection.
                    buffer = std::vector<char>(buffer);
                    more = false;
                    break;
                case RequestParser::Step::head: parser.set_body_limit(kBodyLimit); break;
                case RequestParser::Step::failed:
                    seen.push_back(std::to_string(parser.error().status) + " " +
                                   std::string(parser.error().code));
                    if (detail != nullptr) *detail = parser.error().detail;
                    return seen;
                case RequestParser::Step::complete: {
                    RequestHead head;
                    parser.view(buffer, headers, head);
                    std::string line(head.method_text);
                    line += ' ';
                    line += head.target;
                    line += '|';
                    for (const Header& header : head.headers)
                        line.append(header.name).append("=").append(header.value).append(";");
                    line += '|';
                    line += parser.body(buffer);
                    seen.push_back(line);
                    buffer.erase(buffer.begin(),
                                 buffer.begin() + static_cast<std::ptrdiff_t>(parser.consumed()));
                    parser.reset();
                }
            }
        }
    }
    if (!buffer.empty()) seen.emplace_back("incomplete");
    return seen;
}

/// What Beast's message parser makes of it, in the same words as parse(); "refused" when it fails.
inline std::string beast_reads(const std::string& text) {
    namespace bhttp = boost::beast::http;
    bhttp::request_parser<bhttp::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(kHeadBytesMax) + 1);
    parser.body_limit(kBodyLimit);
    boost::beast::error_code error;
    std::string line;
    std::size_t at = 0;
    while (!parser.is_done()) {
        at += parser.put(boost::asio::buffer(text.data() + at, text.size() - at), error);
        if (error) return error == bhttp::error::need_more ? "incomplete" : "refused";
        if (!parser.is_header_done() || !line.empty()) continue;
        // Taken down here, because Beast adds the trailers to the fields later.
        const auto& head = parser.get();
        line.append(head.method_string()).append(" ").append(head.target()).append("|");
        for (const auto& field : head)
            line.append(field.name_string()).append("=").append(field.value()).append(";");
    }
    return line + "|" + parser.get().body();
}

/// Beast keeps repeated fields together, so both sides are compared with sorted fields.
inline std::string with_sorted_fields(const std::string& line) {
    const std::size_t from = line.find('|'), to = line.rfind('|');
    if (from == std::string::npos || from == to) return line;
    std::vector<std::string> fields;
    std::string field;
    for (const char c : line.substr(from + 1, to - from - 1)) {
        field += c;
        if (c == ';') fields.push_back(std::move(field)), field.clear();
    }
    std::sort(fields.begin(), fields.end());
    std::string sorted = line.substr(0, from + 1);
    for (const std::string& f : fields) sorted += f;
    return sorted + line.substr(to);
}

}  // namespace holdfast::http
