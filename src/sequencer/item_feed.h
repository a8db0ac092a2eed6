// For tests: something to record, one fact and one turn at a time.
#pragma once

#include <fmt/format.h>

#include "sequencer/sequencer.h"

namespace holdfast::sequencer {

class ItemFeed {
  public:
    /// Enters `count` new items.
    void add(Sequencer& sequencer, int count) {
        for (int i = 0; i < count; ++i) {
            const std::string code = fmt::format("item-{}", items_++);
            sequencer.submit(UpsertItem{.code = sequencer.arena().copy(code)}, nullptr, 0);
            sequencer.turn();
        }
    }

  private:
    int items_ = 0;
};

}  // namespace holdfast::sequencer
