// Names by which a file speaks of others in its own folder.
#pragma once

#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Leads nowhere but into the folder it is read in: weights from elsewhere must not read any file they like.
bool is_plain_name(const std::string& name);

}  // namespace impasto::IMPASTO_ABI
