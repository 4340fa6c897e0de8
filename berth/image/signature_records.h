// Which signatures were verified on this machine, kept by the digest of the image: so that a call asks no registry.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/signature_rule.h"

namespace berth::image {

// Keeps that `signature` was verified for the image with this digest; nothing is written where it is known. What is
// kept says that a key has signed, not that the key is trusted: that is asked of the setting each time. Errors: those
// of writing; TimedOut.
Result<void> remember_signature(const std::filesystem::path& state_folder, const std::string& digest,
                                const VerifiedSignature& signature);

// What is kept. A record that is damaged, or that another user could have written, is none.
std::vector<VerifiedSignature> find_signatures(const std::filesystem::path& state_folder, const std::string& digest);

// What is kept by any of these digests, each once.
std::vector<VerifiedSignature> find_signatures(const std::filesystem::path& state_folder,
                                               const std::vector<std::string>& digests);

// The image is here under another digest of its own (packed in another way): what was verified holds for that, too.
// Errors: as remember_signature.
Result<void> carry_signatures(const std::filesystem::path& state_folder, const std::string& from,
                              const std::string& to);

// For an image that is gone; what is kept by the digest of its index goes along.
void forget_signatures(const std::filesystem::path& state_folder, const std::string& digest);

}  // namespace berth::image
