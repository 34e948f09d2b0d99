// What there is to know about each setting, for C.
#include <cstddef>
#include <string>
#include <vector>

#include "base/words.h"
#include "capi/border.h"
#include "impasto/option_fields.h"

namespace {

using impasto::FieldKind;
using impasto::OptionField;

const char* kind_name(FieldKind kind) {
  switch (kind) {
    case FieldKind::number:
      return "number";
    case FieldKind::whole:
      return "whole";
    case FieldKind::choice:
      return "choice";
    case FieldKind::wholes:
      return "wholes";
    case FieldKind::layers:
      return "layers";
    case FieldKind::scales:
      break;
  }
  return "scales";
}

// Lists as C has them, made once.
struct Lists {
  std::string choices, needed;
};

const Lists& lists_at(std::size_t index) {
  static const std::vector<Lists> all = [] {
    std::vector<Lists> made;
    for (const OptionField& field : impasto::option_fields())
      made.push_back({impasto::joined(field.choices, ",", ","), impasto::joined(field.needed, ",", ",")});
    return made;
  }();
  return all[index];
}

}  // namespace

int impasto_option_count() {
  int count = 0;
  impasto::capi::guarded([&] { count = static_cast<int>(impasto::option_fields().size()); });
  return count;
}

impasto_status impasto_option_info_at(int index, impasto_option_info* out) {
  return impasto::capi::guarded([&] {
    impasto_option_info& info = impasto::capi::given(out, "out");
    const auto& fields = impasto::option_fields();
    impasto::require(index >= 0 && static_cast<std::size_t>(index) < fields.size(), impasto::ErrorCode::usage,
                     "there is no setting ", index, "; wanted 0 to ", fields.size() - 1);
    const OptionField& field = fields[static_cast<std::size_t>(index)];
    const Lists& lists = lists_at(static_cast<std::size_t>(index));
    info = {.name = field.name.c_str(),
            .title = field.title.c_str(),
            .group = field.group.c_str(),
            .help = field.help.c_str(),
            .kind = kind_name(field.kind),
            .choices = lists.choices.c_str(),
            .unit = field.unit.c_str(),
            .least = field.range.least,
            .most = field.range.most,
            .without_least = field.range.without_least ? 1 : 0,
            .without_most = field.range.without_most ? 1 : 0,
            .needs = field.needs.c_str(),
            .needed = lists.needed.c_str(),
            .rare = field.rare ? 1 : 0};
  });
}

const char* impasto_option_name(int index) {
  impasto_option_info info = {};
  return impasto_option_info_at(index, &info) == IMPASTO_OK ? info.name : nullptr;
}

const char* impasto_option_help(int index) {
  impasto_option_info info = {};
  return impasto_option_info_at(index, &info) == IMPASTO_OK ? info.help : nullptr;
}
