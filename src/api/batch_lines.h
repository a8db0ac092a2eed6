// The body of a batch and how far it is read: one text a line, or one element of a JSON array after
// the other. Whoever reads it, reads it alone: the loop or the thread that reads beside it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/limits.h"

namespace holdfast::api {

class BatchLines {
  public:
    /// A copy: the request's own is gone when its handler returns. `memory` is used for it.
    explicit BatchLines(std::string_view body, std::string memory = {}) : text_(std::move(memory)) {
        text_.reserve(body.size() + http::kBodyPadding);
        text_.assign(body);
        text_.append(http::kBodyPadding, '\0');
    }
    BatchLines(const BatchLines&) = delete;
    BatchLines& operator=(const BatchLines&) = delete;

    [[nodiscard]] std::string_view body() const {
        return {text_.data(), text_.size() - http::kBodyPadding};
    }
    [[nodiscard]] std::size_t bytes() const { return text_.size(); }
    /// From now on its elements are read. They are views into body().
    void read_elements(std::vector<std::string_view> elements) {
        elements_ = std::move(elements);
        of_elements_ = true;
    }
    [[nodiscard]] bool at_end() const {
        return at_ == (of_elements_ ? elements_.size() : body().size());
    }
    /// The next text, followed by kBodyPadding readable bytes. Not at the end.
    std::string_view next() {
        if (of_elements_) return elements_[at_++];
        const std::size_t end = std::min(body().find('\n', at_), body().size());
        std::string_view line = body().substr(at_, end - at_);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        at_ = std::min(end + 1, body().size());
        return line;
    }
    /// For the next batch, when this one is done.
    std::string take_memory() { return std::move(text_); }
    /// The rest is not wanted any more.
    void drop_rest() { at_ = of_elements_ ? elements_.size() : body().size(); }

  private:
    std::string text_;
    std::vector<std::string_view> elements_;
    bool of_elements_ = false;
    std::size_t at_ = 0;  // byte of the next line, or index of the next element
};

}  // namespace holdfast::api
