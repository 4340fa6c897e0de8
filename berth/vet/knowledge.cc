#include "berth/vet/knowledge.h"

#include <string>
#include <utility>

#include "berth/vet/spdx_list.h"

namespace berth::vet {

Result<StoredKnowledge> StoredKnowledge::load(const std::filesystem::path& folder) {
  StoredKnowledge known;
  BERTH_TRY(known.advisories_, load_advisories(folder));
  known.lists_ = load_lists(folder);
  for (const KnownList& list : known.lists_.lists) known.infos_.push_back(list.info);
  // Names that are known here stay known, whatever list is imported: leaving one out would let it through.
  const KnownList& malicious = known.lists_.of(ListKind::Malicious);
  std::string text = malicious.text;
  if (!malicious.info.is_built_in()) text += built_in_list(ListKind::Malicious).text;
  known.malicious_text_ = std::make_unique<const std::string>(std::move(text));
  BERTH_TRY(MaliciousNames names, MaliciousNames::parse(*known.malicious_text_));
  known.malicious_ = std::make_unique<const MaliciousNames>(std::move(names));
  BERTH_TRY(PopularNames popular, PopularNames::parse(known.lists_.of(ListKind::Popular).text));
  known.popular_ = std::make_unique<const PopularNames>(std::move(popular));
  known.look_alikes_ = std::make_unique<const LookAlikes>(*known.popular_, ModuleNames::built_in());
  add_spdx_ids(known.lists_.of(ListKind::Licences).text, known.lists_.of(ListKind::Exceptions).text);
  return known;
}

Knowledge StoredKnowledge::view() const {
  return {.advisories = advisories_.database,
          .database_problems = advisories_.problems,
          .malicious = *malicious_,
          .look_alikes = *look_alikes_,
          .lists = infos_,
          .list_problems = lists_.problems};
}

}  // namespace berth::vet
