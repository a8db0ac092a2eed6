// What an order file means: the sorting of rows, the matching of cancellations, the events made
// from them, and the books that must add up. No HTTP: the hub's answers are given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/order_account.h"
#include "cli/order_stream.h"

namespace holdfast::cli {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Text {
    std::string invoice;
    std::string code;
    std::string quantity;
    std::string price = "1.00";
    std::string customer = "17850";
};

class Reader {
  public:
    Reader() {
        const std::vector<std::string_view> header{"invoice",     "stock_code", "description",
                                                   "quantity",    "invoice_ts", "unit_price",
                                                   "customer_id", "country"};
        EXPECT_TRUE(columns_.resolve(header, "test.csv"));
    }
    OrderRow read(const Text& text) {
        const std::vector<std::string_view> record{
            text.invoice,          text.code,  "A THING",     text.quantity,
            "2010-12-01T08:26:00", text.price, text.customer, "France"};
        return rows_.read(columns_, record, ++number_);
    }
    OrderRow read_short() {
        const std::vector<std::string_view> record{"1", "2"};
        return rows_.read(columns_, record, ++number_);
    }

  private:
    ColumnMap columns_{kOrderColumns};
    RowReader rows_ = RowReader::make({}).value();
    std::uint64_t number_ = 0;
};

RowKind kind_of(const Text& text) {
    Reader reader;
    return reader.read(text).kind;
}

TEST(OrderRows, AreSortedByWhatTheySay) {
    EXPECT_EQ(kind_of({"536365", "85123A", "6"}), RowKind::sale);
    EXPECT_EQ(kind_of({"C536379", "22423", "-1"}), RowKind::cancellation);
    EXPECT_EQ(kind_of({"C536379", "D", "-1"}), RowKind::not_stock);
    EXPECT_EQ(kind_of({"536370", "POST", "3"}), RowKind::not_stock);
    EXPECT_EQ(kind_of({"536370", "", "3"}), RowKind::not_stock);
    EXPECT_EQ(kind_of({"536370", "85123AAA", "3"}), RowKind::not_stock);
    EXPECT_EQ(kind_of({"536589", "21777", "-10", "0", ""}), RowKind::stock_adjustment);
    EXPECT_EQ(kind_of({"536414", "22139", "56", "0.0", ""}), RowKind::stock_adjustment);
    EXPECT_EQ(kind_of({"C536414", "22139", "56"}), RowKind::stock_adjustment);
    EXPECT_EQ(kind_of({"536365", "22139", "0"}), RowKind::stock_adjustment);
    // Free goods for a named customer leave the shelf as any other line does.
    EXPECT_EQ(kind_of({"537197", "22841", "1", "0.00", "12647"}), RowKind::sale);
}

TEST(OrderRows, SetAsideWhatCannotBeRead) {
    EXPECT_EQ(kind_of({"536365", "85123A", "six"}), RowKind::malformed_row);
    EXPECT_EQ(kind_of({"536365", "85123A", "6.0"}), RowKind::malformed_row);
    EXPECT_EQ(kind_of({"536365", "85123A", "99999999999999999999"}), RowKind::malformed_row);
    EXPECT_EQ(kind_of({"", "85123A", "6"}), RowKind::malformed_row);
    EXPECT_EQ(kind_of({"5363\xFF", "85123A", "6"}), RowKind::malformed_row);
    EXPECT_EQ(kind_of({std::string(200, '5'), "85123A", "6"}), RowKind::malformed_row);
    Reader reader;
    EXPECT_EQ(reader.read_short().kind, RowKind::malformed_row);
}

TEST(PlainText, IsStrictUtf8WithoutControls) {
    EXPECT_TRUE(is_plain_text("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x91\x9F"));
    for (const char* bad : {"\x01", "a\nb", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xC3", "\x80"}) {
        EXPECT_FALSE(is_plain_text(bad)) << bad;
    }
}

TEST(ColumnMap, FindsColumnsByNameAndSaysWhichAreMissing) {
    ColumnMap columns(kOrderColumns);
    ASSERT_TRUE(columns.map("invoice=InvoiceNo"));
    const std::vector<std::string_view> header{"quantity", "InvoiceNo", "stock_code"};
    ASSERT_TRUE(columns.resolve(header, "f.csv"));
    EXPECT_EQ(columns.position(kInvoice), 1U);
    EXPECT_EQ(columns.position(kCustomerId), std::nullopt);
    ColumnMap missing(kOrderColumns);
    const Attempt<void> resolved = missing.resolve(header, "f.csv");
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().what, "f.csv has no column 'invoice'");
    const Attempt<void> typo = missing.map("quantiti=x");
    ASSERT_FALSE(typo);
    EXPECT_EQ(typo.error().exit_code, kExitUsage);
    EXPECT_EQ(typo.error().next, "did you mean 'quantity'?");
}

TEST(CancellationMatcher, TakesTheNewestOpenLinesFirstAndSplits) {
    CancellationMatcher matcher;
    matcher.add_sale("c", "10001", 1, 0, 5);
    matcher.add_sale("c", "10001", 7, 1, 3);
    const auto first = matcher.cancel("c", "10001", 4);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].sale_row, 7U);
    EXPECT_EQ(first[0].units, 3);
    EXPECT_EQ(first[1].sale_row, 1U);
    EXPECT_EQ(first[1].units, 1);
    const auto rest = matcher.cancel("c", "10001", 100);
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].units, 4);
    EXPECT_TRUE(matcher.cancel("c", "10001", 1).empty());
}

TEST(CancellationMatcher, KnowsNoSaleOfSomebodyElseAndNoneOfNobody) {
    CancellationMatcher matcher;
    matcher.add_sale("a", "10001", 1, 0, 5);
    matcher.add_sale("", "10001", 2, 1, 5);
    EXPECT_TRUE(matcher.cancel("b", "10001", 1).empty());
    EXPECT_TRUE(matcher.cancel("a", "10002", 1).empty());
    EXPECT_TRUE(matcher.cancel("", "10001", 1).empty());
}

/// Reads rows as an import does and collects what comes out.
struct Import {
    Reader reader;
    std::vector<OrderEvent> events;
    OrderAccount account;
    OrderStream stream{
        [this](OrderEvent&& event) { events.push_back(std::move(event)); },
        [this](std::uint64_t row, std::int64_t units) { account.unmatched(row, units); }};

    void add(const Text& text) {
        const OrderRow row = reader.read(text);
        account.row(row);
        stream.add(row);
    }
    void answer(std::size_t event, EventOutcome outcome) {
        account.settled(events[event], outcome);
    }
};

EventOutcome accepted(std::vector<std::pair<std::uint64_t, std::string>> refused = {}) {
    return {EventOutcome::Kind::accepted, "", std::move(refused)};
}
EventOutcome refused(std::string code) {
    return {EventOutcome::Kind::refused, std::move(code), {}};
}
EventOutcome duplicate() { return {EventOutcome::Kind::duplicate, "", {}}; }

TEST(OrderStream, MakesOneEventPerInvoiceAndPerCancelledOrder) {
    Import run;
    run.add({"1", "10001", "5"});
    run.add({"1", "POST", "1"});
    run.add({"1", "10001", "2"});
    run.add({"2", "10001", "1"});
    run.add({"C3", "10001", "-2"});
    run.add({"C3", "10001", "-1"});
    run.stream.finish();
    ASSERT_EQ(run.events.size(), 4U);
    EXPECT_EQ(run.events[0].order, "1");
    EXPECT_EQ(run.events[0].sequence, 3 * kSequencePerRow);
    EXPECT_EQ(run.events[0].lines.size(), 2U);
    EXPECT_EQ(run.events[1].sequence, 4 * kSequencePerRow);
    // Two units of the newest and then of the one before it; the second row takes from the same
    // line, and the event says it once.
    EXPECT_EQ(run.events[2].order, "1");
    EXPECT_EQ(run.events[2].type, OrderEvent::Type::cancelled);
    EXPECT_EQ(run.events[2].sequence, 6 * kSequencePerRow);
    ASSERT_EQ(run.events[2].lines.size(), 1U);
    EXPECT_EQ(run.events[2].lines[0].row, 3U);
    EXPECT_EQ(run.events[2].lines[0].units, 2);
    EXPECT_EQ(run.events[3].order, "2");
    EXPECT_EQ(run.events[3].sequence, 6 * kSequencePerRow + 1);
    EXPECT_EQ(render_event(run.events[3], {"import/x", "web"}),
              R"({"specversion":"1.0","id":"6000001","source":"import/x","type":"order.cancelled",)"
              R"("time":"2010-12-01T08:26:00Z","sequence":"6000001","data":{"channel":"web",)"
              R"("order":"2","document":"C3","lines":[{"line":4,"sku":"10001","quantity":1}]}})");
}

TEST(OrderStream, GivesPartsOfALongOrResumedInvoiceNamesOfTheirOwn) {
    Import run;
    for (std::size_t i = 0; i < kRowsPerOrderMax + 1; ++i) run.add({"1", "10001", "1"});
    run.add({"2", "10001", "1"});
    run.add({"1", "10001", "1"});
    run.stream.finish();
    std::vector<std::string> orders;
    for (const OrderEvent& event : run.events) orders.push_back(event.order);
    EXPECT_THAT(orders, ElementsAre("1", "1.2", "2", "1.3"));
    EXPECT_EQ(run.events[0].lines.size(), kRowsPerOrderMax);
}

TEST(OrderStream, TakesTimesWithoutAZoneAsUtc) {
    EXPECT_EQ(rfc3339_of("2010-12-01T08:26:00"), "2010-12-01T08:26:00Z");
    EXPECT_EQ(rfc3339_of("2010-12-01 08:26:00"), "2010-12-01T08:26:00Z");
    EXPECT_EQ(rfc3339_of("2010-12-01T08:26:00+01:00"), "2010-12-01T08:26:00+01:00");
    EXPECT_EQ(rfc3339_of("yesterday"), "");
    EXPECT_EQ(rfc3339_of(""), "");
}

TEST(OrderAccount, PutsEveryRowInOneClassAndAddsUp) {
    Import run;
    run.add({"1", "10001", "5"});            // held, 2 of 5 cancelled
    run.add({"1", "10002", "4"});            // refused
    run.add({"1", "10003", "3"});            // held, wholly cancelled
    run.add({"1", "POST", "1"});             // not stock
    run.add({"2", "10004", "7"});            // whole order refused
    run.add({"C3", "10001", "-2"});          // applied
    run.add({"C3", "10003", "-9"});          // 3 applied, 6 match no sale
    run.add({"C4", "10002", "-1"});          // its line was not held
    run.add({"C5", "10009", "-1"});          // no sale at all
    run.add({"6", "10001", "-4", "0", ""});  // adjustment
    run.stream.finish();
    ASSERT_EQ(run.events.size(), 4U);
    run.answer(0, accepted({{2, "insufficient_stock"}}));
    run.answer(1, refused("unknown_sku"));
    run.answer(2, accepted());
    run.answer(3, refused("unknown_line"));
    const OrderTotals t = run.account.totals();
    EXPECT_EQ(t.read, (RowsUnits{10, 37}));
    EXPECT_TRUE(t.adds_up());
    EXPECT_EQ(t.held, (RowsUnits{1, 3}));
    EXPECT_EQ(t.cancelled, (RowsUnits{1, 5}));
    EXPECT_THAT(t.refused, ElementsAre(Pair("insufficient_stock", RowsUnits{1, 4}),
                                       Pair("unknown_sku", RowsUnits{1, 7})));
    EXPECT_EQ(t.cancellation_applied, (RowsUnits{2, 5}));
    EXPECT_THAT(t.set_aside, ElementsAre(Pair("line_was_not_held", RowsUnits{1, 1}),
                                         Pair("no_matching_sale", RowsUnits{1, 7}),
                                         Pair("not_stock", RowsUnits{1, 1}),
                                         Pair("stock_adjustment", RowsUnits{1, 4})));
    EXPECT_EQ(t.orders_held_in_part, 1U);
    EXPECT_EQ(t.orders_refused, 1U);
    EXPECT_EQ(t.cancellations_applied, 1U);
    EXPECT_EQ(t.cancellations_refused, 1U);
    EXPECT_EQ(t.recorded(), 2U);
}

TEST(OrderAccount, CountsWhatAnEarlierRunRecordedAsDuplicate) {
    Import run;
    run.add({"1", "10001", "5"});
    run.add({"C2", "10001", "-3"});
    run.stream.finish();
    run.answer(0, duplicate());
    run.answer(1, duplicate());
    const OrderTotals t = run.account.totals();
    EXPECT_EQ(t.duplicate, (RowsUnits{2, 8}));
    EXPECT_TRUE(t.adds_up());
    EXPECT_EQ(t.recorded(), 0U);
    EXPECT_THAT(report_text(t, {}), testing::StartsWith("nothing changed: 2 rows read"));
}

TEST(OrderAccount, CountsACancellationOfADuplicateAsApplied) {
    Import run;
    run.add({"1", "10001", "5"});
    run.add({"C2", "10001", "-3"});
    run.stream.finish();
    run.answer(0, duplicate());
    run.answer(1, accepted());
    const OrderTotals t = run.account.totals();
    EXPECT_EQ(t.duplicate, (RowsUnits{1, 5}));
    EXPECT_EQ(t.cancellation_applied, (RowsUnits{1, 3}));
    EXPECT_TRUE(t.adds_up());
}

TEST(OrderAccount, CountsACancellationOfARefusedOrderAsOfALineThatWasNotHeld) {
    Import run;
    run.add({"1", "10001", "5"});
    run.add({"C2", "10001", "-3"});
    run.stream.finish();
    run.answer(0, refused("unknown_sku"));
    run.answer(1, accepted());  // it waits for an order that will not come
    const OrderTotals t = run.account.totals();
    EXPECT_EQ(t.cancellation_applied, (RowsUnits{0, 0}));
    EXPECT_THAT(t.set_aside, ElementsAre(Pair("line_was_not_held", RowsUnits{1, 3})));
    EXPECT_EQ(t.cancellations_refused, 1U);
    EXPECT_TRUE(t.adds_up());
}

TEST(OrderAccount, SaysSoWhenAnEventWasNeverAnswered) {
    Import run;
    run.add({"1", "10001", "5"});
    run.stream.finish();
    const OrderTotals t = run.account.totals();
    EXPECT_THAT(t.set_aside, ElementsAre(Pair("not_sent", RowsUnits{1, 5})));
}

TEST(ReadOutcome, TellsAcceptedDuplicateAndRefused) {
    const std::vector<std::uint64_t> lines{10, 11, 12};
    const auto held =
        read_outcome(R"({"line":1,"status":201,"id":"x","seq":"0-1","refused_lines":[)"
                     R"({"index":1,"sku":"A","code":"insufficient_stock"}]})",
                     lines);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->kind, EventOutcome::Kind::accepted);
    EXPECT_THAT(held->refused_lines, ElementsAre(Pair(11, "insufficient_stock")));
    EXPECT_EQ(read_outcome(R"({"line":1,"status":200,"duplicate":true})", lines)->kind,
              EventOutcome::Kind::duplicate);
    const auto no = read_outcome(
        R"({"line":3,"status":409,"problem":{"code":"insufficient_stock","errors":[)"
        R"({"pointer":"#/data/lines/2/quantity","code":"unknown_sku"},{"pointer":"#/lines/0"},)"
        R"({"pointer":"#/data/lines/7","code":"none_of_ours"},{"pointer":"#/source"}]}})",
        lines);
    ASSERT_TRUE(no);
    EXPECT_EQ(no->kind, EventOutcome::Kind::refused);
    EXPECT_THAT(no->refused_lines,
                ElementsAre(Pair(12, "unknown_sku"), Pair(10, "insufficient_stock")));
}

TEST(ReadOutcome, FailsOnWaitOnNoPermissionAndOnNonsense) {
    const auto code = [](const char* text) { return read_outcome(text, {}).error().code; };
    EXPECT_EQ(code(R"({"line":1,"status":503,"problem":{}})"), ErrorCode::overloaded);
    EXPECT_EQ(code(R"({"line":1,"status":500,"problem":{"code":"outcome_unknown"}})"),
              ErrorCode::overloaded);
    EXPECT_EQ(code(R"({"line":1,"status":403,"problem":{"code":"forbidden"}})"), ErrorCode::closed);
    EXPECT_EQ(code("{"), ErrorCode::invalid_format);
    EXPECT_EQ(code(R"({"summary":{}})"), ErrorCode::invalid_format);
    EXPECT_EQ(code("[]"), ErrorCode::invalid_format);
}

}  // namespace
}  // namespace holdfast::cli
