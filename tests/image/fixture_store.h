// A container storage as buildah and podman lay it out, written by hand.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {

inline std::string id_of(char digit) { return std::string(64, digit); }
inline std::string digest_of(char digit) { return "sha256:" + id_of(digit); }

class FixtureStore {
 public:
  // A layer, its files being the empty folder that an overlay would be made of. `parent` 0 for none.
  void add_layer(char id, char parent) {
    layers_.push_back(Json(Json::Object{{"id", id_of(id)}, {"diff-size", 100}}));
    std::filesystem::create_directories(folder_of(id));
    std::filesystem::create_directories(root() / "overlay/l");
    std::filesystem::create_symlink("../" + id_of(id) + "/diff", root() / "overlay/l" / link_of(id));
    if (parent == 0) return;
    lowers_[id] = "l/" + link_of(parent) + (lowers_.contains(parent) ? ":" + lowers_[parent] : "");
    put(folder_of(id).parent_path() / "lower", lowers_[id]);
  }

  void add_image(char id, const std::vector<std::string>& names, char top_layer, const std::string& config) {
    Json::Array list;
    for (const std::string& name : names) list.push_back(Json(name));
    images_.push_back(Json(Json::Object{{"id", id_of(id)},
                                        {"digest", digest_of(id)},
                                        {"names", std::move(list)},
                                        {"layer", id_of(top_layer)},
                                        {"created", std::string("2026-01-0") + id + "T00:00:00Z"}}));
    const auto folder = root() / "overlay-images" / id_of(id);
    std::filesystem::create_directories(folder);
    put(folder / blob_file_name(digest_of(id)), config);
  }

  void write() {
    std::filesystem::create_directories(root() / "overlay-layers");
    std::filesystem::create_directories(root() / "overlay-images");
    put(root() / "overlay-images/images.json", print_json(images_));
    put(root() / "overlay-layers/layers.json", print_json(layers_));
  }

  void put(const std::filesystem::path& file, const std::string& text) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(file, text, 0600)));
  }

  static std::string link_of(char layer) {
    return std::string(26, static_cast<char>(layer < ':' ? 'A' + layer - '0' : 'Z'));
  }
  std::filesystem::path folder_of(char layer) const { return root() / "overlay" / id_of(layer) / "diff"; }
  const std::filesystem::path& root() const { return folder_.path(); }

 private:
  testing::TempFolder folder_;
  Json images_ = Json::array();
  Json layers_ = Json::array();
  std::map<char, std::string> lowers_;
};

}  // namespace berth::image
