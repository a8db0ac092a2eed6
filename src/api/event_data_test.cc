// Goal: every member of an event's data reaches the command, tells repeats apart, and is refused
// with a pointer when it has another shape. Method: events decoded against the small retailer of
// the fixture.
#include "api/api_fixture.h"
#include "api/decoder.h"

namespace holdfast::api {
namespace {

class EventDataTest : public ApiTest {
  protected:
    EventDataTest() { make_retailer(); }

    struct Decoded {
        bool good = false;
        RecordEvent event;
        EventFacts facts;
        Fault fault;
    };
    Decoded decode(const std::string& data) {
        Decoded result;
        body_ = R"({"specversion":"1.0","id":"1","source":"wms","type":"stock.counted","data":)" +
                data + "}";
        body_.reserve(body_.size() + 64);
        decoder_.begin(state(), arena_);
        result.good = decoder_.event(body_, result.event, result.facts, result.fault);
        return result;
    }
    std::uint64_t hash(const std::string& data) { return decode(data).facts.content_hash; }

    Decoder decoder_;
    Arena arena_;
    std::string body_;  // outlives the decoded texts of the parser
};

TEST_F(EventDataTest, CarriesEveryMember) {
    const Decoded d = decode(
        R"({"location":"DC1","destination":"S1","channel":"web","order":"1001","document":"D-1",
            "reference":"PO-7","reason":"because","due":"2026-12-01T00:00:00Z","pinned":true,
            "backorder":true,"cut":"0-12","picked_included":false,
            "includes":[{"source":"till-1","sequence":"88","epoch":2}],
            "components":[{"sku":"SOCK","quantity":2}],
            "lines":[{"sku":"BOOT","quantity":3,"unit":"pair","bucket":"damaged","from":"suspect",
                      "book":-4,"suspect":2,"into":"SOCK"},
                     {"sku":"BOOT","quantity":1,"disposition":"loss"}]})");
    ASSERT_TRUE(d.good) << d.fault.detail;
    EXPECT_EQ(d.event.destination, state().location("S1"));
    EXPECT_TRUE(d.event.names_destination);
    EXPECT_EQ(d.event.reference, "PO-7");
    EXPECT_EQ(to_raw(d.event.due), 1'796'083'200'000'000);
    EXPECT_TRUE(d.event.pinned);
    EXPECT_TRUE(d.event.backorder);
    EXPECT_EQ(d.event.cut_seq, 12u);
    EXPECT_FALSE(d.event.picked_included);
    ASSERT_EQ(d.event.includes.size(), 1u);
    EXPECT_EQ(d.event.includes[0].source, "till-1");
    EXPECT_EQ(d.event.includes[0].epoch, 2u);
    EXPECT_EQ(d.event.includes[0].seq, 88u);
    ASSERT_EQ(d.event.components.size(), 1u);
    EXPECT_EQ(d.event.components[0].sku, state().sku("SOCK"));
    EXPECT_EQ(d.event.components[0].quantity, 2);
    ASSERT_EQ(d.event.lines.size(), 2u);
    const Line& line = d.event.lines[0];
    EXPECT_EQ(line.unit, "pair");
    EXPECT_EQ(line.bucket, Bucket::damaged);
    EXPECT_EQ(line.from_bucket, Bucket::suspect);
    EXPECT_TRUE(line.names_book);
    EXPECT_EQ(line.book, -4);
    EXPECT_EQ(line.book_suspect, 2);
    EXPECT_EQ(line.other_sku, state().sku("SOCK"));
    EXPECT_EQ(d.event.lines[1].goes_to, PlaceKind::loss);
}

TEST_F(EventDataTest, TellsTwoContentsApartByEveryMember) {
    const auto with = [&](const std::string& member, const std::string& of_line = {}) {
        return hash("{" + member + R"("lines":[{"sku":"BOOT","quantity":3)" + of_line + "}]}");
    };
    const std::uint64_t plain = with("");
    EXPECT_EQ(with(""), plain);
    for (const char* member :
         {R"("location":"DC1",)", R"("destination":"S1",)", R"("channel":"web",)",
          R"("order":"1",)", R"("document":"1",)", R"("reference":"1",)", R"("reason":"1",)",
          R"("due":"2026-12-01T00:00:00Z",)", R"("pinned":true,)", R"("backorder":true,)",
          R"("cut":"0-12",)", R"("picked_included":false,)", R"("sold":true,)",
          R"("partial":true,)", R"("includes":[{"source":"till-1","sequence":"1"}],)",
          R"("components":[{"sku":"SOCK","quantity":2}],)"})
        EXPECT_NE(with(member), plain) << member;
    for (const char* member : {R"(,"line":7)", R"(,"location":"DC1")", R"(,"unit":"pair")",
                               R"(,"bucket":"damaged")", R"(,"from":"suspect")", R"(,"book":0)",
                               R"(,"suspect":1)", R"(,"into":"SOCK")", R"(,"disposition":"loss")"})
        EXPECT_NE(with("", member), plain) << member;
    EXPECT_NE(with(R"("order":"1",)"), with(R"("document":"1",)"));
}

TEST_F(EventDataTest, PointsAtWhatHasAnotherShape) {
    const auto pointer = [&](const std::string& data) {
        const Decoded d = decode(data);
        return d.good ? std::string("good") : d.fault.pointer;
    };
    EXPECT_EQ(pointer(R"({"due":"tomorrow"})"), "#/data/due");
    EXPECT_EQ(pointer(R"({"cut":"12"})"), "#/data/cut");
    EXPECT_EQ(pointer(R"({"includes":[{"source":"till-1","sequence":"0"}]})"),
              "#/data/includes/0/sequence");
    EXPECT_EQ(pointer(R"({"lines":[{"sku":"BOOT","quantity":1,"book":1000000000001}]})"),
              "#/data/lines/0/book");
    EXPECT_EQ(pointer(R"({"lines":[{"sku":"BOOT","quantity":1,"from":"reserved"}]})"),
              "#/data/lines/0/from");
    EXPECT_EQ(pointer(R"({"lines":[{"sku":"BOOT","quantity":1,"disposition":"gone"}]})"),
              "#/data/lines/0/disposition");
}

}  // namespace
}  // namespace holdfast::api
