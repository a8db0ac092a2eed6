// Goal: looking ahead never reads outside the body, whatever stands in it.
// Method: bodies of all kinds, each in memory of exactly its size, for the sanitizers to watch.
#include "api/lines_ahead.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace holdfast::api {
namespace {

void look_at_all(const std::string& text) {
    const auto body = std::make_unique<char[]>(text.size());
    text.copy(body.get(), text.size());
    const ledger::CodeTable none(10);
    ledger::CodeTable items(10);
    items.put(0, "BOOT", "", 1);
    LinesAhead in_nothing, ahead;
    for (std::uint32_t line = 0; line < 60; ++line) {
        in_nothing.look({body.get(), text.size()}, line, none);
        ahead.look({body.get(), text.size()}, line, items);
    }
}

TEST(LinesAhead, AnyBodyMayBeLookedAt) {
    const std::string line = R"({"id":"1","data":{"lines":[{"sku":"BOOT","quantity":1}]}})";
    std::string many;
    for (int i = 0; i < 40; ++i) many += line + "\n";
    const std::vector<std::string> bodies{"",
                                          "\n",
                                          "\n\n\n",
                                          line,
                                          many,
                                          many + R"({"sku":")",
                                          many + R"({"sku":"BOOT)",
                                          many + line.substr(0, 30),
                                          "x\n" + many + "x",
                                          R"("sku":")"};
    for (const std::string& body : bodies) look_at_all(body);
    for (std::size_t cut = 0; cut < line.size(); ++cut)
        look_at_all(many + line.substr(0, cut) + "\n" + line);
}

}  // namespace
}  // namespace holdfast::api
