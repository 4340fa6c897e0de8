// Asks the package indexes of this machine's pip what they have of projects: pages, and of single files what they say
// of their licence.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/index_way.h"
#include "berth/base/result.h"
#include "berth/image/pip_settings.h"
#include "berth/vet/facts.h"
#include "berth/vet/project_page.h"

namespace berth::app {

// Each project is asked for once in its life, at most eight at a time, through curl, with pip's own indexes, proxy,
// certificates, trusted hosts and credentials. For one thread.
class IndexPages {
 public:
  // With the settings of this machine's pip, and the operator's proxies and certificates (index_way.h). `watch` is
  // asked now and then while indexes are, by several threads; an error of its ends the asking. Errors: those of reading
  // them.
  static Result<IndexPages> open(const ContainerSettings& settings, std::function<Result<void>()> watch = {});
  explicit IndexPages(image::PipSettings pip, IndexWay way = {}, std::function<Result<void>()> watch = {})
      : pip_(std::move(pip)), way_(std::move(way)), watch_(std::move(watch)) {}

  // Asks all indexes for each package of an index that they were not asked for. Errors: those of the watch.
  Result<void> ask(const std::vector<vet::Facts>& facts);
  // Whether one of them has `project`; Unknown where none of them has answered, or was asked.
  vet::IndexAnswer::Presence presence_of(const std::string& project) const;

  // After asking: whether it is of any use to go on to pip, which would wait for each index several times, and tells of
  // a version no more than that it finds none. Passes where pip looks elsewhere, too (find-links). Errors: Unavailable
  // where not one index could be reached, with each one's reason and what to do, and for an exact version that is none
  // of those that the indexes list, with the newest of them.
  Result<void> check(const std::vector<vet::Facts>& facts) const;

  // Asks, and adds to each package of an index what all indexes say of it (vet::add_answers). What could not be asked
  // stands in `why_undated`. Packages from elsewhere, and those with names that none can have, are passed over. Of a
  // package whose file is known (Facts::file_url) the licence is read from that wheel (wheel_fetch.h), as it is of one
  // that is installed. One that is not in order gets the finding facts.missing (Ask), and so does one that could not be
  // read and says nothing otherwise; else that it was not read is a statement of its own. Errors: those of the watch.
  Result<void> tell(std::vector<vet::Facts>& facts);
  // As vet::why_no_hashes, of what was told.
  std::string why_no_hashes(const vet::Facts& facts) const;

 private:
  void tell_licences(std::vector<vet::Facts>& facts) const;
  Result<void> check_version(const vet::Facts& facts) const;
  std::string why_unreached(const std::string& index, const std::string& reason) const;

  image::PipSettings pip_;
  IndexWay way_;
  std::function<Result<void>()> watch_;
  std::map<std::string, std::vector<vet::IndexAnswer>> answers_;  // by project, in the order of the indexes
  bool is_reached_ = false;                                       // any index was
  std::map<std::string, std::string> unreached_;                  // what curl said of each that was not
};

// What curl printed, as the answer of the index: the page, then a line with status and kind. Pure.
vet::IndexAnswer page_answer(std::string_view printed);

}  // namespace berth::app
