// The judgement of an image that is made: of what is asked for, of what that was resolved to, of the files, and of what
// lies in the image in the end. Nothing of it is run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/image_stages.h"
#include "berth/app/index_pages.h"
#include "berth/app/judgement.h"
#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/image/create_recipe.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"

namespace berth::app {

// Labels of an image that was judged.
inline constexpr std::string_view kBasisLabel = "berth.judged-by";   // Judgement::basis
inline constexpr std::string_view kRecordLabel = "berth.judgement";  // CreateJudgement::record, as one line

// Once for each image. What binds is the same at every stage; licences of distributions' packages are told, and bind
// only where the policy names them itself (licences.distribution). A library of which the index tells no licence is
// judged by its files, once they are there. Each stage tells what those before it have not told.
class CreateJudgement {
 public:
  // `watch` is as for IndexPages. Errors: those of Judgement::open.
  static Result<CreateJudgement> open(const Settings& settings, const JudgementOptions& options = {},
                                      std::function<Result<void>()> watch = {});

  // That verdicts may be others once it is another (Judgement::basis).
  std::string basis() const { return judgement_.basis(); }

  // Before anything is fetched: names, whether the indexes have them, and what is known of exact versions. Asks the
  // indexes for the projects' pages. Errors: those of reading pip's settings, of the watch, and of
  // IndexPages::check.
  Result<Verdict> judge_request(const image::CreateRequest& request);

  // The same of what sources ask for to be built.
  Result<Verdict> judge_wishes(std::vector<vet::Facts> facts);

  // Before the first file is fetched: all libraries and packages of `recipe`, by what their metadata and the indexes
  // say; `libraries` are the facts of the metadata. Errors: as above.
  Result<Verdict> judge_resolution(const image::CreateRecipe& recipe, std::vector<vet::Facts> libraries);

  // After judge_resolution: the wheels of its libraries in `folder`, and of what sources are built with in
  // `build_wheels`, by what they say themselves. A source is judged so once it has been built into one.
  Verdict judge_files(const image::CreateRecipe& fetched, const std::filesystem::path& folder,
                      const std::filesystem::path& build_wheels = {});

  // Whether an approval may count for something that only layers tell.
  bool has_approvals() const { return judgement_.has_approvals(); }

  // What lies in `image` and not in `base`. With a Final record an approval that record() does not know is none: the
  // image could not tell of it. An Open one takes it up. Errors: those of reading the layers.
  enum class Record : std::uint8_t { Open, Final };
  Result<Verdict> judge_inventory(const image::LocalImage& base, const image::LocalImage& image,
                                  const image::Inventory& inventory, Record kind = Record::Final);

  // Whether an image with the record `record` tells of every approval that was used until now.
  bool is_told_by(const Json& record) const;

  // The licences of its libraries as one SPDX expression; LicenseRef-NAME for what is licensed otherwise, or by
  // nobody's word. Empty without libraries.
  std::string licences() const;

  // {"schema": 1, "policy", "advisories" (Judgement::record), "judged": ["mechanize==0.4.10", "wget=1.21.3-1"],
  // "approvals": [text]}: what has been judged until now, and the approvals that were used. "built_with": ["name==1.0"]
  // where sources are built.
  Json record() const;

 private:
  enum class Stage : std::uint8_t { Request, Resolution, Files, OpenInventory, Inventory };
  CreateJudgement(Judgement judgement, ContainerSettings containers, std::function<Result<void>()> watch)
      : judgement_(std::move(judgement)), containers_(std::move(containers)), watch_(std::move(watch)) {}

  Result<IndexPages*> pages();
  Verdict verdict_of(const vet::Report& report, Stage stage);
  bool binds(const vet::JudgedPackage& package, const vet::JudgedFinding& judged, Stage stage) const;
  std::string approval_advice(const std::vector<vet::Finding>& findings) const;

  Judgement judgement_;
  ContainerSettings containers_;
  std::function<Result<void>()> watch_;
  std::optional<IndexPages> pages_;
  std::vector<vet::Facts> facts_;  // of libraries, with what the index says
  std::set<std::string> judged_;
  std::set<std::string> built_with_;  // those of them that sources are built with
  std::set<std::string> approvals_;
  std::set<std::string> told_;
};

}  // namespace berth::app
