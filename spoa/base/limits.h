// Every limit of the program, by name. Each is tested at N and at N + 1, but times to wait, which
// tests shorten. Sizes are bytes unless the name says otherwise; counts are inclusive maxima.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pointsman::limits {

// SPOP (SPOE.txt section 3)
inline constexpr std::size_t kVarintBytes = 10;
inline constexpr std::uint32_t kFrameSizeMin = 256;
inline constexpr std::uint32_t kFrameSizeMax = 65532;     // what we offer; the lower of both counts
inline constexpr std::size_t kArgumentsPerMessage = 255;  // NB-ARGS is one byte
inline constexpr std::size_t kArgumentNameBytes = 255;
inline constexpr std::size_t kVariableNameBytes = 63;   // scope.prefix.name, as HAProxy keeps it
inline constexpr std::size_t kFragmentedNotifies = 64;  // swallowed at once on one connection
inline constexpr std::size_t kSentHeaders = 32;         // listed by `spoe.headers`

// Connections
inline constexpr std::size_t kConnectionsPerWorker = 20000;
inline constexpr std::size_t kReadBufferBytes = 1 << 16;    // one a worker: what one read takes
inline constexpr std::size_t kInputSliceBytes = 1 << 14;    // answered before the next is looked at
inline constexpr std::size_t kOutputFlushBytes = 1 << 16;   // written before more is answered
inline constexpr std::size_t kOutputBufferBytes = 1 << 20;  // a slower reader is closed
inline constexpr std::size_t kIdleBufferBytes = 32768;      // kept by an empty buffer for reuse
inline constexpr int kListenBacklog = 4096;
inline constexpr std::size_t kListeners = 64;
inline constexpr std::size_t kWorkers = 1024;
inline constexpr int kAcceptsPerBatch = 64;
inline constexpr std::chrono::milliseconds kAcceptPause{100};  // when descriptors have run out
inline constexpr std::chrono::seconds kHelloTimeout{5};
inline constexpr std::chrono::seconds kWriteTimeout{10};  // without any progress
inline constexpr std::chrono::seconds kLingerTimeout{1};  // for the peer to close after our end
inline constexpr std::chrono::milliseconds kDrainQuiet{100};
inline constexpr std::chrono::seconds kDrainTimeout{10};

// TLS of listeners
inline constexpr std::size_t kTlsRecordBytes = 16384;   // of plain text (RFC 8446 section 5.1)
inline constexpr std::size_t kTlsPieceBytes = 1 << 16;  // of output, encrypted at once
inline constexpr std::size_t kPemFileBytes = 1 << 20;
inline constexpr std::size_t kPemCertificates = 1000;   // in one file
inline constexpr std::size_t kTlsClientNames = 64;      // that a listener admits
inline constexpr std::size_t kTlsNameShownBytes = 200;  // of who is in a certificate, in the log
inline constexpr std::chrono::hours kTlsExpiryWarning{24 * 14};  // before a certificate expires

// Datagrams
inline constexpr unsigned kDatagramBatch = 32;            // received or sent by one system call
inline constexpr unsigned kDatagramsPerWake = 64;         // then others of the worker have a turn
inline constexpr std::size_t kDatagramInputBytes = 1472;  // what an Ethernet frame has room for
inline constexpr std::size_t kDatagramBytes = 65535;      // of an answer; IPv4 carries 65,507
inline constexpr std::size_t kDatagramQueueBytes = 1 << 20;  // the kernel's, of what has arrived

// The DNS responder's sockets
inline constexpr std::size_t kDatagramBytesLocal = 65507;    // answers to this machine and private
inline constexpr std::size_t kDatagramBytesStranger = 1232;  // networks, and to others
inline constexpr int kPortChoices = 16;                      // for a port free for UDP and TCP
inline constexpr std::size_t kDnsConnections = 256;          // a worker's; one more evicts one
inline constexpr std::size_t kDnsStreamOutputBytes = 65536;  // unread: then no query is answered
inline constexpr std::size_t kRateLimitEntries = 65536;      // networks and kinds, in one second
inline constexpr std::ptrdiff_t kRateLimitRow = 4;           // entries that are looked through
inline constexpr std::size_t kForwardNetworks = 64;          // that names are looked up for
inline constexpr std::size_t kForwardServers = 3;            // asked one after another
inline constexpr std::size_t kForwardsPerWorker = 256;       // that wait for an answer
inline constexpr std::size_t kForwardsPerClient = 16;        // of those
inline constexpr std::chrono::milliseconds kForwardTimeout{2000};  // of one server

// The bridge's protocol (docs/formats/bridge.md)
inline constexpr std::size_t kBridgeMessageBytes = 65536;
inline constexpr std::size_t kBridgeAnswerBytes = 8192;  // HAProxy's Lua sockets stall beyond 16 kB
inline constexpr std::size_t kBridgePartBytes = 8000;    // of a table, in one answer
inline constexpr std::size_t kBridgeNameBytes = 64;      // of who asks
inline constexpr std::size_t kTableIdBytes = 32;
inline constexpr std::size_t kDecidedEntries = 64;         // in one question
inline constexpr std::size_t kBridgeOutputBytes = 131072;  // unread answers; a bridge awaits each
inline constexpr std::size_t kBridges = 4096;              // connections of bridges at once
inline constexpr std::size_t kDecidedNames = 100000;       // counted apart, at most
inline constexpr std::chrono::milliseconds kBridgePoke{500};  // a question is held for two at most
inline constexpr std::chrono::seconds kBridgeLag{5};          // behind the current table: a warning
inline constexpr std::chrono::minutes kDecidedLogInterval{1};
inline constexpr std::size_t kDecidedShown = 10;
inline constexpr std::chrono::seconds kBridgeDrain{1};
inline constexpr std::chrono::seconds kTableClientWait{10};      // of `table fetch`
inline constexpr std::size_t kTableClientRestarts = 100;         // within one fetch
inline constexpr std::chrono::milliseconds kTableFileDelay{50};  // for several publications
inline constexpr std::chrono::seconds kTableFileRetry{10};
inline constexpr std::size_t kBridgeLines = 4;  // of the log, at each look for news of bridges

// Gateways
inline constexpr std::size_t kGateways = 10000;
inline constexpr std::size_t kRoutesPerGateway = 10000;
inline constexpr std::size_t kVirtualHosts = 100000;  // in all gateways together
inline constexpr std::size_t kRewritesPerRoute = 32;
inline constexpr std::size_t kGatewayNameSegments = 4;
inline constexpr std::size_t kNameBytes = 255;  // of a gateway or route
inline constexpr std::size_t kHostBytes = 255;  // longer hosts belong only to "*"
inline constexpr std::size_t kReferenceSteps = 8;
inline constexpr std::size_t kDeadEnds = 16;  // gateways without an alternate, in one search
inline constexpr double kRelativeWeightMax = 1e9;
inline constexpr std::uint64_t kEpochMax = 4294967295;
inline constexpr std::size_t kLinkRounds = 32;  // of a reload, to find gateways that fit together

// Conditions
inline constexpr std::size_t kConditionBytes = 8192;
inline constexpr std::size_t kTextMarks = 8192;  // of a text with folds and escapes, for places
inline constexpr std::size_t kConditionDepth = 64;
inline constexpr std::uint32_t kRegexMatchLimit = 100000;
inline constexpr std::uint32_t kRegexDepthLimit = 1000;
inline constexpr std::uint32_t kRegexHeapKibibytes = 1024;
inline constexpr std::size_t kRewriteBytes = 8192;        // of NEW, the text before " if "
inline constexpr std::size_t kRewrittenPathBytes = 8192;  // a longer result: no rewrite

// Stickiness (a browser's cookie is at most 4096)
inline constexpr std::size_t kTokenConditions = 8;
inline constexpr std::size_t kTokenTextBytes = 128;
inline constexpr std::size_t kTokenOccurrences = 8;  // of one cookie, header or parameter looked at
inline constexpr std::chrono::seconds kTokenFutureTolerance{300};
inline constexpr std::chrono::hours kForcedTokenLifetime{24};
inline constexpr std::size_t kStickyKeys = 16;
inline constexpr std::size_t kStickyKeyBytesMin = 16;
inline constexpr std::size_t kStickyKeyBytesMax = 64;
inline constexpr std::size_t kKeyFileBytes = 1 << 16;

// The table as bytes (docs/formats/table.md)
inline constexpr std::size_t kTableBytes = 256u << 20;
inline constexpr std::size_t kTableRecordBytes = 4u << 20;  // more than the longest route takes
inline constexpr std::size_t kTableDepth = 8;               // arrays and maps in each other
inline constexpr std::size_t kTableHostsPerRecord = 1000;
inline constexpr std::size_t kTablePatterns = 32;  // of one gateway, each compiled at each use

// YAML files
inline constexpr std::size_t kYamlFileBytes = 64u << 20;
inline constexpr std::size_t kYamlDepth = 64;
inline constexpr std::size_t kYamlAliasesPerFile = 10000;
inline constexpr std::size_t kYamlNodesPerFile = 10000000;  // aliases expanded ("billion laughs")
inline constexpr std::size_t kDiagnosticsShown = 100;
inline constexpr std::size_t kGatewayFiles = 10000;  // in a folder
inline constexpr std::size_t kWatchedFolders = 1024;
inline constexpr std::chrono::milliseconds kWatchCoalesce{50};
inline constexpr std::size_t kUnfinishedFiles = 10000;          // remembered by a watch
inline constexpr std::chrono::seconds kUnfinishedFileWait{10};  // then it counts as it is
inline constexpr std::size_t kSupersededValues = 64;            // kept for their last readers

// DNS, what is answered
inline constexpr std::chrono::seconds kDnsDrain{1};
inline constexpr std::size_t kDnsLabelBytes = 63;  // RFC 1035 section 2.3.4, as the next
inline constexpr std::size_t kDnsNameBytes = 255;  // in wire form, with the root's byte
inline constexpr std::size_t kDnsZones = 64;       // configured by name
inline constexpr std::size_t kDnsReverseNetworks = 64;
inline constexpr std::size_t kDnsNameservers = 13;  // with each NS answer
inline constexpr std::size_t kDnsCnameChain = 8;    // CNAME records in one answer
inline constexpr std::size_t kDnsIdentityBytes =
    128;                                            // of NSID, version and id.server; more is cut
inline constexpr std::size_t kDnsTextBytes = 1024;  // of one TXT record; more tags are left out

// The registry of services
inline constexpr std::size_t kServices = 10000;
inline constexpr std::size_t kInstances = 100000;          // in all services together
inline constexpr std::size_t kInstancesPerService = 1000;  // what an answer to HAProxy holds
inline constexpr std::size_t kInstanceTags = 16;           // of one instance
inline constexpr std::size_t kServiceNameBytes = 63;       // of a tag, too: DNS labels
inline constexpr std::size_t kInstanceIdBytes = 128;
inline constexpr std::chrono::seconds kRegistrationTtl{86400};
inline constexpr std::chrono::seconds kMassLossWindow{10};  // what leaves in it leaves at once
inline constexpr std::size_t kRegistryFileBytes = 128u << 20;
inline constexpr std::chrono::milliseconds kRegistryCoalesce{10};   // between two revisions
inline constexpr std::chrono::milliseconds kRegistryRest{1000};     // after a long one
inline constexpr std::chrono::milliseconds kRegistryFileDelay{50};  // for several changes
inline constexpr std::chrono::seconds kRegistryFileRetry{10};

// The admin listener
inline constexpr std::size_t kAdminConnections = 64;  // at once, each with a thread
inline constexpr std::size_t kAdminHeadBytes = 8192;
inline constexpr std::size_t kAdminPathBytes = 1024;
inline constexpr std::size_t kAdminBodyBytes = 16384;
inline constexpr std::chrono::milliseconds kAdminRequestTime{
    5000};  // to send one, and take its answer
inline constexpr std::size_t kAdminTokens = 1000;
inline constexpr std::size_t kAdminTokenBytesMin = 16;
inline constexpr std::size_t kAdminTokenBytesMax = 256;

// Managed mode: HAProxy's configuration, its check and its reloads
inline constexpr std::size_t kManagedFileBytes = 256u << 20;  // of haproxy.cfg, to be read again
inline constexpr std::size_t kCommandArguments = 64;          // of a command in the settings
inline constexpr std::size_t kMasterAnswerBytes = 65536;      // more is read and forgotten
inline constexpr std::size_t kRefusalBytes = 1000;  // of a message that is told; more is cut
inline constexpr std::size_t kManagedTrials = 32;   // by `haproxy -c`, to find who breaks it
inline constexpr std::size_t kManagedReloads = 3;   // refused ones, until it waits for a change
inline constexpr std::size_t kManagedRefused = 10;  // told by name at once
inline constexpr std::chrono::milliseconds kManagedCoalesce{100};  // above kTableFileDelay
inline constexpr std::chrono::seconds kMasterAnswerTime{2};
inline constexpr std::chrono::seconds kMasterReloadTime{30};  // HAProxy 3 answers when it is done
inline constexpr std::chrono::milliseconds kTakeoverPoll{50};
inline constexpr std::chrono::seconds kTakeoverTime{10};  // until the new worker shows
inline constexpr std::chrono::seconds kManagedRetry{1};   // twice as long each time, up to
inline constexpr std::chrono::seconds kManagedRetryMax{30};

// Discovery by DNS
inline constexpr std::size_t kDiscoveries = 1000;
inline constexpr std::size_t kDiscoveryQueries = 32;   // on their way at once
inline constexpr std::size_t kDiscoveryTargets = 256;  // of one SRV answer, each looked up
inline constexpr std::chrono::milliseconds kDiscoveryWait{2000};  // for one try of a query

// HAProxy takes 64 words a line: its arguments, the headers that are sent singly, and these
inline constexpr std::size_t kRawAcls = 20;  // distinct ones in all conditions

// Where virtual hosts are served
inline constexpr std::size_t kEdgeBinds = 64;
inline constexpr std::size_t kEdgeNetworks = 64;

// Templates of the user's, and the check of what is rendered
inline constexpr std::size_t kTemplateBytes = 1 << 20;        // one file
inline constexpr std::size_t kTemplatePartials = 1000;        // files beside a template
inline constexpr std::size_t kTemplateInclusions = 10000;     // of partials, in partials, in one
inline constexpr std::size_t kExternalOutputBytes = 1 << 20;  // of another program, kept
inline constexpr std::chrono::seconds kExternalTime{60};      // until it is killed
inline constexpr std::chrono::seconds kExternalEnd{1};        // until it is gone after that
inline constexpr std::size_t kUnendedPrograms = 8;            // killed ones that are still there

}  // namespace pointsman::limits
