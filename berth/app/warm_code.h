// What a zygote loads ahead of its calls.
#pragma once

#include "berth/app/code_cache.h"
#include "berth/app/import_list.h"
#include "berth/container/container.h"
#include "berth/container/launch_spec.h"
#include "berth/content/code_assembly.h"
#include "berth/content/item.h"

namespace berth::app {

// Puts the loop, the zygote's part and the code of an item into `spec`, compiled as far as it goes. Returns whether the
// item stands apart from the common script: a child can then be given another item's text to go on with.
bool put_warm_code(const content::AssembledCode& code, content::ItemKind kind, CodeCache cache,
                   container::LaunchSpec& spec);

// And what its calls have imported, where there is something to import.
void put_imports(const ImportList& imports, container::LaunchSpec& spec);

// What the zygote that was started with it made of the list: an empty one where it says nothing.
ImportList imports_of(const container::Container& zygote);

}  // namespace berth::app
