// The whole interface over a simulated network, for the targets that send requests.
#pragma once

#include "api/api_fixture.h"

namespace holdfast::fuzz {

/// A hub with a small retailer in it, fresh for each input: nothing is left of the one before.
class ApiHub : public api::ApiTest {
  public:
    ApiHub() : api::ApiTest({.batch_window_max = 8}) { make_retailer(); }
    void TestBody() override {}
    using api::ApiTest::seq;

    /// What comes back for the request, which carries the administrator's key.
    http::Answer send(const std::string& method, const std::string& target, const std::string& body,
                      const std::string& content_type);
};

}  // namespace holdfast::fuzz
