#include "net/tls_pem.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/file_text.h"
#include "base/limits.h"

namespace pointsman::net {
namespace {

UnixSeconds to_seconds(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

OpenSslPointer<BIO> reader_of(const std::string& pem) {
  return OpenSslPointer<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string name_text(const X509_NAME* name) {
  const OpenSslPointer<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE);  // escapes what is not printable
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  std::string result(text, static_cast<std::size_t>(std::max(size, 0L)));
  if (result.size() > limits::kTlsNameShownBytes) {
    result.resize(limits::kTlsNameShownBytes);
    result += "…";
  }
  return result.empty() ? "nobody" : result;
}

int no_passphrase(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

// At the end of a text the reader finds no further start line, which is no fault.
bool is_end_of_pem() {
  const unsigned long last = ERR_peek_last_error();
  return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

}  // namespace

Result<std::string> read_pem_file(const std::string& path) {
  return read_file_text(path, limits::kPemFileBytes);
}

Result<std::string> read_secret_pem_file(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return Error{std::strerror(errno)};
  if ((file.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Error{
        fmt::format("mode {:04o} lets everybody in, and it holds a key; wanted 0600 or 0640",
                    file.st_mode & 07777U)};
  }
  return read_pem_file(path);
}

Result<Certificates> parse_certificates(const std::string& pem) {
  ERR_clear_error();
  const OpenSslPointer<BIO> reader = reader_of(pem);
  Certificates certificates;
  while (X509* const next = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    if (certificates.size() == limits::kPemCertificates) {
      X509_free(next);
      return Error{fmt::format("more than {} certificates", limits::kPemCertificates)};
    }
    certificates.emplace_back(next);
  }
  if (!is_end_of_pem()) {
    return Error{fmt::format("certificate {} is damaged: {}", certificates.size() + 1,
                             take_openssl_reason())};
  }
  ERR_clear_error();
  if (certificates.empty())
    return Error{"no certificate in PEM form (-----BEGIN CERTIFICATE-----)"};
  return certificates;
}

Result<OpenSslPointer<EVP_PKEY>> parse_private_key(const std::string& pem) {
  if (pem.find("PRIVATE KEY-----") == std::string::npos) {
    return Error{"no private key in PEM form (-----BEGIN PRIVATE KEY-----)"};
  }
  ERR_clear_error();
  const OpenSslPointer<BIO> reader = reader_of(pem);
  bool asked = false;
  OpenSslPointer<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, &asked));
  if (key != nullptr) return key;
  const std::string reason = take_openssl_reason();
  if (asked) return Error{"the key is encrypted; wanted one without a passphrase"};
  return Error{"the key is damaged: " + reason};
}

UnixSeconds not_before(const X509& certificate) {
  return to_seconds(X509_get0_notBefore(&certificate));
}

UnixSeconds not_after(const X509& certificate) {
  return to_seconds(X509_get0_notAfter(&certificate));
}

std::string date_text(UnixSeconds time) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(time));
}

std::string fault_in_validity(const X509& certificate, UnixSeconds now) {
  if (not_after(certificate) < now) {
    return "expired on " + date_text(not_after(certificate));
  }
  if (not_before(certificate) > now) {
    return "is not valid before " + date_text(not_before(certificate));
  }
  return "";
}

std::string subject_of(const X509& certificate) {
  return name_text(X509_get_subject_name(&certificate));
}

std::string issuer_of(const X509& certificate) {
  return name_text(X509_get_issuer_name(&certificate));
}

std::string take_openssl_reason() {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(first);
  return reason != nullptr ? reason : "no reason given";
}

}  // namespace pointsman::net
