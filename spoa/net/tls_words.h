// Why a TLS peer was refused, or refused us, in the words of this program: people find out from the
// log which certificate is wrong. In all of them "it" is the peer.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace pointsman::net {

// For SSL_set_verify: goes by OpenSSL's verdict, and writes what is wrong with the certificate into
// the session's notes.
int note_verdict(int verified, X509_STORE_CTX* chain);

// The notes of a session, kept by the caller for as long as the session lives.
struct TlsNotes {
  std::string certificate_fault;             // of the peer's certificate
  const std::string* wanted_name = nullptr;  // of a server
};
void keep_notes(SSL* session, TlsNotes* notes);

// The session's last call failed: why. Forgets OpenSSL's errors.
std::string words_for_failure(const SSL* session, const TlsNotes& notes);

}  // namespace pointsman::net
