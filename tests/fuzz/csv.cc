// CSV: in whatever pieces a file comes, the same records or the same refusal; and what was taken
// reads back from its own quoting.
#include "cli/csv_reader.h"

#include "base/check.h"
#include "input.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

using Records = std::vector<std::vector<std::string>>;

struct Read {
    Records records;
    std::string refusal;
    friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view file, std::size_t piece, char separator) {
    std::size_t at = 0;
    // Small bounds, so that short inputs reach them.
    cli::CsvReader reader(
        [&]() -> Result<std::string_view> {
            const std::string_view next = file.substr(at, piece);
            at += next.size();
            return next;
        },
        {.field_bytes_max = 64, .record_bytes_max = 128, .fields_max = 8}, separator);
    Read got;
    for (;;) {
        const Result<bool> more = reader.next();
        if (!more) {
            got.refusal = to_string(more.error());
            return got;
        }
        if (!*more) return got;
        std::vector<std::string> fields;
        std::size_t bytes = 0;
        for (const std::string_view field : reader.fields()) {
            HOLDFAST_CHECK(field.size() <= 64, "a field keeps its bound");
            bytes += field.size();
            fields.emplace_back(field);
        }
        HOLDFAST_CHECK(bytes <= 128 && fields.size() <= 8, "a record keeps its bounds");
        got.records.push_back(std::move(fields));
        HOLDFAST_CHECK(reader.records() == got.records.size(), "records are counted");
    }
}

std::string quoted(const Records& records, char separator) {
    std::string file;
    for (const auto& fields : records) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (i > 0) file += separator;
            file += '"';
            for (const char c : fields[i]) file += c == '"' ? "\"\"" : std::string(1, c);
            file += '"';
        }
        file += '\n';
    }
    return file;
}

}  // namespace

void csv(ByteSpan bytes) {
    Input in(bytes);
    const std::uint8_t choice = in.byte();
    const char separator = (choice & 1U) != 0 ? ';' : ',';
    const Read whole = read(in.text(), in.rest().size() + 1, separator);
    HOLDFAST_CHECK(read(in.text(), 1U + choice / 2U, separator) == whole,
                   "how bytes arrive decides nothing");
    const std::string again = quoted(whole.records, separator);
    HOLDFAST_CHECK(read(again, 7, separator).records == whole.records, "what was taken reads back");
}

}  // namespace holdfast::fuzz
