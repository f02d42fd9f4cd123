/* libnetflow: NetFlow v1, v5 to v9, IPFIX and sFlow v5, decoded.

   Made by `cargo xtask generate`; do not edit.

   A decoder keeps what exporters announce: templates and options. Each datagram goes through
   netflow_decode(); its content is then read in any of three ways, or in all of them:

     netflow_flows()       flows into the caller's array of plain structs
     netflow_each_flow()   flows to a callback
     netflow_next_set(), netflow_next_record(), netflow_next_field()
                           everything that was sent, with pointers into the caller's octets

   or as lines of JSON by netflow_next_json(), also in the documents of other tools (netflow_json_documents()),
   and netflow_relay_forward() sends it on as IPFIX. Datagrams come from sockets of the program, from captures and IPFIX files by netflow_source_next(), from TCP by
   netflow_stream_next(), or from netflow_receive().

   netflow_next_problem() reports what could not be read. A library that was built with Arrow
   also gathers the flows of many datagrams into Arrow arrays, see netflow_arrow_new(). A whole program:

     netflow_decoder *decoder;
     netflow_datagram datagram;
     netflow_flow flows[64];
     size_t count, i;

     if (netflow_decoder_new(NULL, &decoder) != NETFLOW_OK) exit(1);
     for (;;) {
       from_len = sizeof from;
       len = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_len);
       if (len < 0) continue;
       netflow_datagram_init(&datagram, sizeof datagram, &from, from_len);
       datagram.payload = buffer;
       datagram.payload_len = len;
       if (netflow_decode(decoder, &datagram) != NETFLOW_OK) continue;
       while (netflow_flows(decoder, flows, sizeof flows[0], 64, &count) == NETFLOW_OK)
         for (i = 0; i < count; i++)
           if (NETFLOW_HAS(&flows[i], NETFLOW_FIELD_OCTETS)) total += flows[i].octets;
     }

   Ownership. The payload and the array of flows are the caller's. The payload must not change until
   the message ends: with the next call of netflow_decode(), netflow_load(), netflow_end_session() or
   netflow_decoder_read_interfaces(), even one that fails, with netflow_decoder_free(), or when the program asks nothing more of the
   message. Structs point into the payload or into the decoder; these pointers are valid until the
   message ends or netflow_rewind() is called, and in a callback until it returns. The caller frees
   only handles; Arrow arrays have release functions of their own.

   Sizes. A function that writes a struct takes its sizeof; a struct that the caller fills begins
   with it. Thus structs can get more members at their end, and compiled programs keep working.

   Threads. One decoder is used by one thread at a time; several threads use several decoders.

   Errors. A negative number means that a call failed; netflow_strerror() names the error and
   netflow_last_error() describes it. NULL, misaligned and short arguments are errors. The library
   prints nothing, unless Rust reports a fault of the library itself; no octets from the network make
   it crash. */
#ifndef NETFLOW_H
#define NETFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Arrow C data interface, as its specification writes it. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

// The version of the binary interface that this header describes.
#define NETFLOW_ABI_VERSION 0

// The version of the library that this header is of.
#define NETFLOW_VERSION_MAJOR 0

// The second number of that version.
#define NETFLOW_VERSION_MINOR 1

// The third number of that version.
#define NETFLOW_VERSION_PATCH 0

// What a call returns: 0 or more if it succeeded, less than 0 if it failed. A number never changes its
// meaning.
enum netflow_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Done.
  NETFLOW_OK = 0,
  // There is nothing more.
  NETFLOW_END = 1,
  // The callback asked to stop.
  NETFLOW_STOPPED = 2,
  // Nothing was received for a while.
  NETFLOW_IDLE = 3,
  // The connection of an exporter has ended.
  NETFLOW_SESSION_ENDED = 4,
  // A required pointer is NULL.
  NETFLOW_ERROR_NULL = -1,
  // A pointer, or the size of a row, is not aligned.
  NETFLOW_ERROR_MISALIGNED = -2,
  // The size of a struct is wrong: less than its first version had, or 4096 or more. Or a member
  // that this version does not know is not 0.
  NETFLOW_ERROR_SIZE = -3,
  // A value has no meaning here.
  NETFLOW_ERROR_ARGUMENT = -4,
  // The handle is in use: a callback made the call, or decoded with the handle.
  NETFLOW_ERROR_BUSY = -5,
  // Not even the first header of the datagram can be read.
  NETFLOW_ERROR_UNREADABLE = -6,
  // Nothing has been decoded yet, or the message has ended.
  NETFLOW_ERROR_NO_MESSAGE = -7,
  // The value is absent.
  NETFLOW_ERROR_ABSENT = -8,
  // The value is of another type.
  NETFLOW_ERROR_TYPE = -9,
  // No value of its type has this length.
  NETFLOW_ERROR_LENGTH = -10,
  // The value does not fit into the requested type.
  NETFLOW_ERROR_RANGE = -11,
  // The octets are not a snapshot that can be loaded.
  NETFLOW_ERROR_SNAPSHOT = -12,
  // Nothing of this name or number is known.
  NETFLOW_ERROR_UNKNOWN = -13,
  // The buffer is too small, or full until its content is taken.
  NETFLOW_ERROR_SPACE = -14,
  // The library is at fault. The handle can only be freed.
  NETFLOW_ERROR_INTERNAL = -15,
  // The library was built without the feature that this needs.
  NETFLOW_ERROR_UNSUPPORTED = -16,
  // The system refuses.
  NETFLOW_ERROR_SYSTEM = -17,
  // A file or stream is of no format that is read here, or is damaged from here on.
  NETFLOW_ERROR_INPUT = -18,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_result netflow_result;
#else
typedef int32_t netflow_result;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The number of a field: its bit in `netflow_flow.present` and `netflow_options.fields`.
enum netflow_flow_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Address that the datagram came from.
  NETFLOW_FIELD_EXPORTER_ADDRESS = 0,
  // Port that the datagram came from.
  NETFLOW_FIELD_EXPORTER_PORT = 1,
  // Address that the sFlow agent reports for itself.
  NETFLOW_FIELD_AGENT_ADDRESS = 2,
  // The protocol that carried the flow, such as `netflow9`.
  NETFLOW_FIELD_EXPORT_PROTOCOL = 3,
  // Observation domain: the v9 source id, the IPFIX domain, engine type and id (`type
  // * 256 + id`) in v5, v6 and v8, the sub-agent in sFlow.
  NETFLOW_FIELD_OBSERVATION_DOMAIN = 4,
  // Template of the record; absent in NetFlow v1 to v8 and sFlow.
  NETFLOW_FIELD_TEMPLATE_ID = 5,
  // Sequence number of the message, in the unit of its protocol.
  NETFLOW_FIELD_SEQUENCE = 6,
  // When the datagram was received.
  NETFLOW_FIELD_RECEIVED = 7,
  // When the message was sent, as its header says; absent in sFlow.
  NETFLOW_FIELD_EXPORT_TIME = 8,
  // The record arrived before its template and waited for it.
  NETFLOW_FIELD_LATE = 9,
  // The caller's number of the datagram, such as the frame of a capture.
  NETFLOW_FIELD_FRAME = 10,
  // When the first packet was seen.
  NETFLOW_FIELD_START = 11,
  // When the last packet was seen.
  NETFLOW_FIELD_END = 12,
  // From the first to the last packet.
  NETFLOW_FIELD_DURATION = 13,
  // How start and end were determined; if neither is known, the reason.
  NETFLOW_FIELD_CLOCK = 14,
  // The times cannot be right: a clock is off by more than a day, or the flow ends
  // after it was sent or before it starts, it starts more than a year before, or it
  // ended more than a day ago and, by the uptime, before the exporter started.
  NETFLOW_FIELD_CLOCK_SUSPECT = 15,
  // Source address; of sFlow, in the outer header.
  NETFLOW_FIELD_SOURCE_ADDRESS = 16,
  // Destination address; of sFlow, in the outer header.
  NETFLOW_FIELD_DESTINATION_ADDRESS = 17,
  // Source port of TCP, UDP or SCTP; if the record has only client and server, the
  // client's port.
  NETFLOW_FIELD_SOURCE_PORT = 18,
  // Destination port of TCP, UDP or SCTP; if the record has only client and server,
  // the server's port.
  NETFLOW_FIELD_DESTINATION_PORT = 19,
  // IP protocol number.
  NETFLOW_FIELD_PROTOCOL = 20,
  // Octets as counted by the exporter, not scaled; of sFlow, the frame's length.
  NETFLOW_FIELD_OCTETS = 21,
  // Packets as counted by the exporter, not scaled; of sFlow, 1.
  NETFLOW_FIELD_PACKETS = 22,
  // Octets of the other direction (RFC 5103, or a firewall's responder).
  NETFLOW_FIELD_REVERSE_OCTETS = 23,
  // Packets of the other direction.
  NETFLOW_FIELD_REVERSE_PACKETS = 24,
  // Sampling rate: 1000 means that one packet in 1000 was counted.
  NETFLOW_FIELD_SAMPLING_RATE = 25,
  // How the sampling rate was determined; if options announced sampling but no rate
  // follows, the reason: `ambiguous` if the announcements differ, else the selection
  // method.
  NETFLOW_FIELD_SAMPLING = 26,
  // Name of the sampler or selector of the record.
  NETFLOW_FIELD_SAMPLER_NAME = 27,
  // Octets times the sampling rate; absent when that is not known.
  NETFLOW_FIELD_OCTETS_SCALED = 28,
  // Packets times the sampling rate; absent when that is not known.
  NETFLOW_FIELD_PACKETS_SCALED = 29,
  // All TCP flags seen, the 12 bits of RFC 9565 without the data offset above them.
  NETFLOW_FIELD_TCP_FLAGS = 30,
  // Type of service or traffic class.
  NETFLOW_FIELD_TOS = 31,
  // 4 or 6.
  NETFLOW_FIELD_IP_VERSION = 32,
  // Time to live or hop limit.
  NETFLOW_FIELD_TTL = 33,
  // Lowest time to live.
  NETFLOW_FIELD_MIN_TTL = 34,
  // Highest time to live.
  NETFLOW_FIELD_MAX_TTL = 35,
  // Identification of the IP datagram.
  NETFLOW_FIELD_FRAGMENT_ID = 36,
  // Offset of the fragment.
  NETFLOW_FIELD_FRAGMENT_OFFSET = 37,
  // Flow label of IPv6.
  NETFLOW_FIELD_IPV6_FLOW_LABEL = 38,
  // EtherType of the network layer.
  NETFLOW_FIELD_ETHER_TYPE = 39,
  // ICMP or ICMPv6 type.
  NETFLOW_FIELD_ICMP_TYPE = 40,
  // ICMP or ICMPv6 code.
  NETFLOW_FIELD_ICMP_CODE = 41,
  // Interface the flow came in by.
  NETFLOW_FIELD_INPUT_INTERFACE = 42,
  // Interface the flow went out by.
  NETFLOW_FIELD_OUTPUT_INTERFACE = 43,
  // Name of the input interface.
  NETFLOW_FIELD_INPUT_INTERFACE_NAME = 44,
  // Name of the output interface.
  NETFLOW_FIELD_OUTPUT_INTERFACE_NAME = 45,
  // Source MAC address.
  NETFLOW_FIELD_SOURCE_MAC = 46,
  // Destination MAC address.
  NETFLOW_FIELD_DESTINATION_MAC = 47,
  // VLAN the flow came in by.
  NETFLOW_FIELD_VLAN = 48,
  // VLAN the flow went out by.
  NETFLOW_FIELD_POST_VLAN = 49,
  // MPLS labels, from the top.
  NETFLOW_FIELD_MPLS_LABELS = 50,
  // Next hop.
  NETFLOW_FIELD_NEXT_HOP = 51,
  // BGP next hop.
  NETFLOW_FIELD_BGP_NEXT_HOP = 52,
  // AS of the source; in sFlow, the AS of the router if the source is inside it.
  NETFLOW_FIELD_SOURCE_AS = 53,
  // AS of the destination; in sFlow, the AS of the router if the destination is inside
  // it.
  NETFLOW_FIELD_DESTINATION_AS = 54,
  // AS of the BGP next hop.
  NETFLOW_FIELD_NEXT_AS = 55,
  // AS path to the destination.
  NETFLOW_FIELD_AS_PATH = 56,
  // BGP communities of the route to the destination, each `AS * 65536 + value`.
  NETFLOW_FIELD_COMMUNITIES = 57,
  // Prefix length of the source.
  NETFLOW_FIELD_SOURCE_PREFIX_LENGTH = 58,
  // Prefix length of the destination.
  NETFLOW_FIELD_DESTINATION_PREFIX_LENGTH = 59,
  // VRF the flow came in by.
  NETFLOW_FIELD_INGRESS_VRF = 60,
  // VRF the flow went out by.
  NETFLOW_FIELD_EGRESS_VRF = 61,
  // Name of the ingress VRF.
  NETFLOW_FIELD_INGRESS_VRF_NAME = 62,
  // Name of the egress VRF.
  NETFLOW_FIELD_EGRESS_VRF_NAME = 63,
  // Source address after translation.
  NETFLOW_FIELD_POST_NAT_SOURCE_ADDRESS = 64,
  // Destination address after translation.
  NETFLOW_FIELD_POST_NAT_DESTINATION_ADDRESS = 65,
  // Source port after translation.
  NETFLOW_FIELD_POST_NAT_SOURCE_PORT = 66,
  // Destination port after translation.
  NETFLOW_FIELD_POST_NAT_DESTINATION_PORT = 67,
  // 0 ingress, 1 egress.
  NETFLOW_FIELD_DIRECTION = 68,
  // Forwarding status (RFC 7270, section 4.12).
  NETFLOW_FIELD_FORWARDING_STATUS = 69,
  // Why the device discarded the packet (reported by sFlow).
  NETFLOW_FIELD_DROP_REASON = 70,
  // Why the flow ended.
  NETFLOW_FIELD_FLOW_END_REASON = 71,
  // Firewall event.
  NETFLOW_FIELD_FIREWALL_EVENT = 72,
  // Firewall extended event of Cisco (field type 33002).
  NETFLOW_FIELD_FIREWALL_EXTENDED_EVENT = 73,
  // Access list of the input, three numbers of four octets (33000).
  NETFLOW_FIELD_INGRESS_ACL = 74,
  // Access list of the output (33001).
  NETFLOW_FIELD_EGRESS_ACL = 75,
  // NAT event.
  NETFLOW_FIELD_NAT_EVENT = 76,
  // Application, as `engine:selector` (RFC 6759).
  NETFLOW_FIELD_APPLICATION_ID = 77,
  // Name of the application.
  NETFLOW_FIELD_APPLICATION_NAME = 78,
  // Name of the user.
  NETFLOW_FIELD_USER_NAME = 79,
  // Number of the flow or connection.
  NETFLOW_FIELD_FLOW_ID = 80,
  // How the inner packet of a sampled packet is carried, such as `vxlan`.
  NETFLOW_FIELD_TUNNEL_TYPE = 81,
  // Number of the tunnel: VNI, GRE key, TEID.
  NETFLOW_FIELD_TUNNEL_ID = 82,
  // Source address of the inner packet.
  NETFLOW_FIELD_INNER_SOURCE_ADDRESS = 83,
  // Destination address of the inner packet.
  NETFLOW_FIELD_INNER_DESTINATION_ADDRESS = 84,
  // Source port of the inner packet.
  NETFLOW_FIELD_INNER_SOURCE_PORT = 85,
  // Destination port of the inner packet.
  NETFLOW_FIELD_INNER_DESTINATION_PORT = 86,
  // IP protocol number of the inner packet.
  NETFLOW_FIELD_INNER_PROTOCOL = 87,
  // What `octets` and `packets` count: the traffic since the last record of the flow
  // (`delta`), or since the start of the flow (`total`).
  NETFLOW_FIELD_COUNTERS = 88,
  // Differentiated Services code point (RFC 2474): ipDiffServCodePoint (195), else of
  // `tos`.
  NETFLOW_FIELD_DSCP = 89,
  // Explicit Congestion Notification (RFC 3168, section 5): the low two bits of `tos`.
  NETFLOW_FIELD_ECN = 90,
  // Code point after the exporter changed it: postIpDiffServCodePoint (98), else of
  // postIpClassOfService (55).
  NETFLOW_FIELD_POST_DSCP = 91,
  // Customer VLAN, the inner tag (IEEE 802.1Q).
  NETFLOW_FIELD_CUSTOMER_VLAN = 92,
  // Customer VLAN the flow went out by, the inner tag.
  NETFLOW_FIELD_POST_CUSTOMER_VLAN = 93,
  // Address of the exporter that a mediator received the flow from (403, 404; RFC
  // 7119), else exporterIPv4Address or exporterIPv6Address (130, 131) where it differs
  // from `exporter_address`.
  NETFLOW_FIELD_ORIGINAL_EXPORTER_ADDRESS = 94,
  // Observation domain at the original exporter (RFC 7119).
  NETFLOW_FIELD_ORIGINAL_DOMAIN = 95,
  // How source and destination were assigned (RFC 5103, section 6.3): 0 arbitrary, 1
  // initiator, 2 responder, 3 perimeter.
  NETFLOW_FIELD_BIFLOW_DIRECTION = 96,
  // First port of a block that a NAT assigned (RFC 8158).
  NETFLOW_FIELD_NAT_PORT_BLOCK_START = 97,
  // Last port of the block.
  NETFLOW_FIELD_NAT_PORT_BLOCK_END = 98,
  // Distance between the ports of the block.
  NETFLOW_FIELD_NAT_PORT_BLOCK_STEP = 99,
  // Number of ports in the block.
  NETFLOW_FIELD_NAT_PORT_BLOCK_SIZE = 100,
  // BGP communities of the route to the source (RFC 8549), each `AS * 65536 + value`.
  NETFLOW_FIELD_SOURCE_COMMUNITIES = 101,
  // BGP extended communities (RFC 4360) of the route to the destination, two numbers
  // each: the first and the last four octets.
  NETFLOW_FIELD_EXTENDED_COMMUNITIES = 102,
  // BGP large communities (RFC 8092) of the route to the destination, three numbers
  // each.
  NETFLOW_FIELD_LARGE_COMMUNITIES = 103,
  // Source address in the outer header of the tunnel that sFlow reports beside the
  // sampled header.
  NETFLOW_FIELD_TUNNEL_SOURCE_ADDRESS = 104,
  // Destination address in the outer header of the tunnel that sFlow reports beside
  // the sampled header.
  NETFLOW_FIELD_TUNNEL_DESTINATION_ADDRESS = 105,
  // MAC address of a wireless station.
  NETFLOW_FIELD_STATION_MAC = 106,
  // IPv4 address of a wireless station (366).
  NETFLOW_FIELD_STATION_ADDRESS = 107,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_flow_field netflow_flow_field;
#else
typedef uint32_t netflow_flow_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The type of a member of `netflow_flow`.
enum netflow_field_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A `uint8_t`.
  NETFLOW_FIELD_TYPE_U8 = 0,
  // A `uint16_t`.
  NETFLOW_FIELD_TYPE_U16 = 1,
  // A `uint32_t`.
  NETFLOW_FIELD_TYPE_U32 = 2,
  // A `uint64_t`.
  NETFLOW_FIELD_TYPE_U64 = 3,
  // A `bool`.
  NETFLOW_FIELD_TYPE_FLAG = 4,
  // A `netflow_address`.
  NETFLOW_FIELD_TYPE_ADDRESS = 5,
  // A `netflow_mac`.
  NETFLOW_FIELD_TYPE_MAC = 6,
  // An `int64_t`: nanoseconds since 1970.
  NETFLOW_FIELD_TYPE_TIME = 7,
  // An `int64_t`: nanoseconds.
  NETFLOW_FIELD_TYPE_DURATION = 8,
  // A `netflow_text` of the exporter's.
  NETFLOW_FIELD_TYPE_TEXT = 9,
  // A `netflow_octets`.
  NETFLOW_FIELD_TYPE_OCTETS = 10,
  // A `netflow_text`: one of a few fixed words.
  NETFLOW_FIELD_TYPE_NAME = 11,
  // A `netflow_application`.
  NETFLOW_FIELD_TYPE_APPLICATION = 12,
  // A `netflow_numbers`.
  NETFLOW_FIELD_TYPE_NUMBERS = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_field_type netflow_field_type;
#else
typedef uint32_t netflow_field_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why something could not be read. The numbers are never used again for another reason.
enum netflow_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The payload does not begin like any known protocol.
  NETFLOW_REASON_NOT_FLOW_EXPORT = 1,
  // A protocol that is recognised but not read: sFlow v2 and v4.
  NETFLOW_REASON_UNSUPPORTED_VERSION = 2,
  // Fewer octets than a structure's fixed part.
  NETFLOW_REASON_CUT = 3,
  // The length in an IPFIX message header runs past the datagram (RFC 7011, section
  // 3.1).
  NETFLOW_REASON_MESSAGE_TOO_LONG = 4,
  // The length in an IPFIX message header is shorter than the header.
  NETFLOW_REASON_MESSAGE_TOO_SHORT = 5,
  // The header of a v1 or v5 to v8 message announces more records than the message
  // contains.
  NETFLOW_REASON_RECORD_COUNT = 6,
  // A set's length is shorter than its header (RFC 7011, section 3.3.2).
  NETFLOW_REASON_SET_TOO_SHORT = 7,
  // A set runs past its message.
  NETFLOW_REASON_SET_TOO_LONG = 8,
  // A set id without a meaning (RFC 7011, section 3.3.2).
  NETFLOW_REASON_RESERVED_SET = 9,
  // A template record is cut by the end of its set.
  NETFLOW_REASON_TEMPLATE_CUT = 10,
  // A template id below 256 (RFC 7011, section 3.4.1).
  NETFLOW_REASON_TEMPLATE_ID = 11,
  // A template with no field.
  NETFLOW_REASON_EMPTY_TEMPLATE = 12,
  // The scope of an options template does not fit its fields.
  NETFLOW_REASON_SCOPE_COUNT = 13,
  // A template with more fields than `Limits` allows.
  NETFLOW_REASON_TOO_MANY_FIELDS = 14,
  // A template describes zero-length records.
  NETFLOW_REASON_RECORD_OF_NO_OCTETS = 15,
  // No template is known for a data set.
  NETFLOW_REASON_NO_TEMPLATE = 16,
  // The record at the end of a data set is longer than what is left of it.
  NETFLOW_REASON_RECORD_CUT = 17,
  // A withdrawal was sent over UDP, which RFC 7011 (section 8.4) forbids. It takes
  // effect all the same.
  NETFLOW_REASON_WITHDRAWAL_OVER_UDP = 18,
  // A template is withdrawn that is not known.
  NETFLOW_REASON_WITHDRAWAL_UNKNOWN = 19,
  // A list of RFC 6313 whose lengths do not fit.
  NETFLOW_REASON_LIST_MALFORMED = 20,
  // A list names a template that is not known.
  NETFLOW_REASON_LIST_NO_TEMPLATE = 21,
  // Lists inside lists, deeper than `Limits` allows.
  NETFLOW_REASON_LIST_TOO_DEEP = 22,
  // An sFlow sample or record runs past what holds it.
  NETFLOW_REASON_SAMPLE_TOO_LONG = 23,
  // An sFlow sample of an unknown format.
  NETFLOW_REASON_UNKNOWN_SAMPLE = 24,
  // An sFlow structure is cut inside a member.
  NETFLOW_REASON_STRUCTURE_CUT = 25,
  // An sFlow count is higher than what is there.
  NETFLOW_REASON_SAMPLE_COUNT = 26,
  // Octets after the last message, set or sample that belong to none.
  NETFLOW_REASON_TRAILING_OCTETS = 27,
  // A configured or built-in limit was reached, such as the number of zero-length
  // fields in a template; something was not kept.
  NETFLOW_REASON_LIMIT = 28,
  // An unknown aggregation scheme of v8.
  NETFLOW_REASON_UNKNOWN_SCHEME = 29,
  // An sFlow address whose type is neither IPv4 nor IPv6 (sFlow version 5, section 5).
  NETFLOW_REASON_ADDRESS_TYPE = 30,
  // A length in a v9 options template is not a multiple of 4. The complete fields are
  // read.
  NETFLOW_REASON_OPTIONS_LENGTH = 31,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_reason netflow_reason;
#else
typedef uint32_t netflow_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// An abstract data type; the numbers are those of RFC 5610, section 3.1.
enum netflow_data_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // `octetArray`.
  NETFLOW_TYPE_OCTET_ARRAY = 0,
  // `unsigned8`.
  NETFLOW_TYPE_UNSIGNED8 = 1,
  // `unsigned16`.
  NETFLOW_TYPE_UNSIGNED16 = 2,
  // `unsigned32`.
  NETFLOW_TYPE_UNSIGNED32 = 3,
  // `unsigned64`.
  NETFLOW_TYPE_UNSIGNED64 = 4,
  // `signed8`.
  NETFLOW_TYPE_SIGNED8 = 5,
  // `signed16`.
  NETFLOW_TYPE_SIGNED16 = 6,
  // `signed32`.
  NETFLOW_TYPE_SIGNED32 = 7,
  // `signed64`.
  NETFLOW_TYPE_SIGNED64 = 8,
  // `float32`.
  NETFLOW_TYPE_FLOAT32 = 9,
  // `float64`.
  NETFLOW_TYPE_FLOAT64 = 10,
  // `boolean`.
  NETFLOW_TYPE_BOOLEAN = 11,
  // `macAddress`.
  NETFLOW_TYPE_MAC_ADDRESS = 12,
  // `string`.
  NETFLOW_TYPE_STRING = 13,
  // `dateTimeSeconds`.
  NETFLOW_TYPE_DATE_TIME_SECONDS = 14,
  // `dateTimeMilliseconds`.
  NETFLOW_TYPE_DATE_TIME_MILLISECONDS = 15,
  // `dateTimeMicroseconds`.
  NETFLOW_TYPE_DATE_TIME_MICROSECONDS = 16,
  // `dateTimeNanoseconds`.
  NETFLOW_TYPE_DATE_TIME_NANOSECONDS = 17,
  // `ipv4Address`.
  NETFLOW_TYPE_IPV4ADDRESS = 18,
  // `ipv6Address`.
  NETFLOW_TYPE_IPV6ADDRESS = 19,
  // `basicList`.
  NETFLOW_TYPE_BASIC_LIST = 20,
  // `subTemplateList`.
  NETFLOW_TYPE_SUB_TEMPLATE_LIST = 21,
  // `subTemplateMultiList`.
  NETFLOW_TYPE_SUB_TEMPLATE_MULTI_LIST = 22,
  // `unsigned256`.
  NETFLOW_TYPE_UNSIGNED256 = 23,
  // The type is not known.
  NETFLOW_TYPE_UNKNOWN = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_data_type netflow_data_type;
#else
typedef uint32_t netflow_data_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the values of an element mean; the numbers are those of RFC 5610, section 3.2.
enum netflow_semantics
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // `default`.
  NETFLOW_SEMANTICS_DEFAULT = 0,
  // `quantity`.
  NETFLOW_SEMANTICS_QUANTITY = 1,
  // `totalCounter`.
  NETFLOW_SEMANTICS_TOTAL_COUNTER = 2,
  // `deltaCounter`.
  NETFLOW_SEMANTICS_DELTA_COUNTER = 3,
  // `identifier`.
  NETFLOW_SEMANTICS_IDENTIFIER = 4,
  // `flags`.
  NETFLOW_SEMANTICS_FLAGS = 5,
  // `list`.
  NETFLOW_SEMANTICS_LIST = 6,
  // `snmpCounter`.
  NETFLOW_SEMANTICS_SNMP_COUNTER = 7,
  // `snmpGauge`.
  NETFLOW_SEMANTICS_SNMP_GAUGE = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_semantics netflow_semantics;
#else
typedef uint32_t netflow_semantics;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The units of an element; the numbers are those of RFC 5610, section 3.3.
enum netflow_units
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // `none`.
  NETFLOW_UNITS_NONE = 0,
  // `bits`.
  NETFLOW_UNITS_BITS = 1,
  // `octets`.
  NETFLOW_UNITS_OCTETS = 2,
  // `packets`.
  NETFLOW_UNITS_PACKETS = 3,
  // `flows`.
  NETFLOW_UNITS_FLOWS = 4,
  // `seconds`.
  NETFLOW_UNITS_SECONDS = 5,
  // `milliseconds`.
  NETFLOW_UNITS_MILLISECONDS = 6,
  // `microseconds`.
  NETFLOW_UNITS_MICROSECONDS = 7,
  // `nanoseconds`.
  NETFLOW_UNITS_NANOSECONDS = 8,
  // `4-octet words`.
  NETFLOW_UNITS_FOUR_OCTET_WORDS = 9,
  // `messages`.
  NETFLOW_UNITS_MESSAGES = 10,
  // `hops`.
  NETFLOW_UNITS_HOPS = 11,
  // `entries`.
  NETFLOW_UNITS_ENTRIES = 12,
  // `frames`.
  NETFLOW_UNITS_FRAMES = 13,
  // `ports`.
  NETFLOW_UNITS_PORTS = 14,
  // `inferred`.
  NETFLOW_UNITS_INFERRED = 15,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_units netflow_units;
#else
typedef uint32_t netflow_units;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What carried a datagram; it decides how long templates live (RFC 7011, section 8).
enum netflow_transport
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // UDP: templates expire when they are not sent again.
  NETFLOW_TRANSPORT_UDP = 0,
  // TCP, TLS or SCTP: templates live as long as the session.
  NETFLOW_TRANSPORT_STREAM = 1,
  // A file (RFC 5655): templates live for the whole file.
  NETFLOW_TRANSPORT_FILE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_transport netflow_transport;
#else
typedef uint32_t netflow_transport;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a template belongs to, besides observation domain and protocol.
enum netflow_scope
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The exporter's address: exporters that send over equal-cost paths change their UDP
  // source port.
  NETFLOW_SCOPE_EXPORTER = 0,
  // The exporter's address and port (RFC 7011, section 2), for several that share one
  // address.
  NETFLOW_SCOPE_TRANSPORT = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_scope netflow_scope;
#else
typedef uint32_t netflow_scope;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The observation domains that share the sampling rates and names that options announce.
enum netflow_options_scope
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Options apply to the observation domain that sends them.
  NETFLOW_OPTIONS_SCOPE_DOMAIN = 0,
  // Rates and names that the flow's own domain does not announce come from the exporter's other
  // domains, as long as those agree.
  NETFLOW_OPTIONS_SCOPE_EXPORTER = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_options_scope netflow_options_scope;
#else
typedef uint32_t netflow_options_scope;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What elements 23 and 24 beside 1 and 2 count.
enum netflow_second_counters
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The reverse direction.
  NETFLOW_SECOND_COUNTERS_BIFLOW = 1,
  // The same packets after the exporter forwarded them.
  NETFLOW_SECOND_COUNTERS_POST = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_second_counters netflow_second_counters;
#else
typedef uint32_t netflow_second_counters;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Bits of `netflow_options.flags`.
enum netflow_flag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Biflows are two flows: each is followed by its reverse direction (RFC 5103).
  NETFLOW_FLAG_SPLIT_BIFLOWS = 1,
  // Packets that sFlow discarded are flows too, with their `drop_reason`.
  NETFLOW_FLAG_WITH_DISCARDED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_flag netflow_flag;
#else
typedef uint32_t netflow_flag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A protocol.
enum netflow_protocol
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // One that this version of the header does not name.
  NETFLOW_PROTOCOL_OTHER = 0,
  // NetFlow version 1.
  NETFLOW_PROTOCOL_NETFLOW1 = 1,
  // NetFlow version 5.
  NETFLOW_PROTOCOL_NETFLOW5 = 5,
  // NetFlow version 6.
  NETFLOW_PROTOCOL_NETFLOW6 = 6,
  // NetFlow version 7.
  NETFLOW_PROTOCOL_NETFLOW7 = 7,
  // NetFlow version 8.
  NETFLOW_PROTOCOL_NETFLOW8 = 8,
  // NetFlow version 9 (RFC 3954).
  NETFLOW_PROTOCOL_NETFLOW9 = 9,
  // IPFIX (RFC 7011).
  NETFLOW_PROTOCOL_IPFIX = 10,
  // sFlow version 5.
  NETFLOW_PROTOCOL_SFLOW5 = 105,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_protocol netflow_protocol;
#else
typedef uint32_t netflow_protocol;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a set holds.
enum netflow_set_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Something that this version of the header does not name.
  NETFLOW_SET_OTHER = 0,
  // Data records of flows.
  NETFLOW_SET_DATA = 1,
  // Data records of options.
  NETFLOW_SET_OPTIONS = 2,
  // Template records.
  NETFLOW_SET_TEMPLATES = 3,
  // Options template records.
  NETFLOW_SET_OPTIONS_TEMPLATES = 4,
  // Data whose template is not known.
  NETFLOW_SET_NO_TEMPLATE = 5,
  // A reserved set id.
  NETFLOW_SET_RESERVED = 6,
  // The samples of an sFlow datagram.
  NETFLOW_SET_SAMPLES = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_set_kind netflow_set_kind;
#else
typedef uint32_t netflow_set_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a record is.
enum netflow_record_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Something that this version of the header does not name.
  NETFLOW_RECORD_OTHER = 0,
  // A data record that describes a flow.
  NETFLOW_RECORD_DATA = 1,
  // A data record that describes the exporter; its scope fields come first.
  NETFLOW_RECORD_OPTIONS = 2,
  // A template record; its fields have no octets.
  NETFLOW_RECORD_TEMPLATE = 3,
  // An options template record; its fields have no octets.
  NETFLOW_RECORD_OPTIONS_TEMPLATE = 4,
  // A template is withdrawn.
  NETFLOW_RECORD_WITHDRAWAL = 5,
  // A flow sample of sFlow; `netflow_enter` goes to its flow records.
  NETFLOW_RECORD_FLOW_SAMPLE = 6,
  // A counters sample of sFlow; `netflow_enter` goes to its counter records.
  NETFLOW_RECORD_COUNTERS_SAMPLE = 7,
  // A discarded packet of sFlow; `netflow_enter` goes to its flow records.
  NETFLOW_RECORD_DISCARDED_PACKET = 8,
  // A sample of a format that is not known.
  NETFLOW_RECORD_UNKNOWN_SAMPLE = 9,
  // A flow record of a sample.
  NETFLOW_RECORD_FLOW_RECORD = 10,
  // A counter record of a sample.
  NETFLOW_RECORD_COUNTER_RECORD = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_record_kind netflow_record_kind;
#else
typedef uint32_t netflow_record_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Bits of `netflow_header.present`.
enum netflow_header_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // `export_time` is there.
  NETFLOW_HEADER_EXPORT_TIME = 1,
  // `sys_uptime` is there.
  NETFLOW_HEADER_SYS_UPTIME = 2,
  // `sequence` is there.
  NETFLOW_HEADER_SEQUENCE = 4,
  // `system_init` is there.
  NETFLOW_HEADER_SYSTEM_INIT = 8,
  // `sampling` is there.
  NETFLOW_HEADER_SAMPLING = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_header_field netflow_header_field;
#else
typedef uint32_t netflow_header_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The result of checking the sequence number of a message.
enum netflow_sequence_event
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Nothing.
  NETFLOW_SEQUENCE_NONE = 0,
  // The number expected.
  NETFLOW_SEQUENCE_IN_ORDER = 1,
  // Units before it are missing, `netflow_header.lost` of them.
  NETFLOW_SEQUENCE_GAP = 2,
  // It belongs before messages that were received already.
  NETFLOW_SEQUENCE_LATE = 3,
  // It was received already.
  NETFLOW_SEQUENCE_DUPLICATE = 4,
  // The exporter restarted.
  NETFLOW_SEQUENCE_RESTART = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_sequence_event netflow_sequence_event;
#else
typedef uint32_t netflow_sequence_event;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What an exporter counts with its sequence numbers.
enum netflow_sequence_unit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Nothing: the protocol has no number (v1), or it never changes.
  NETFLOW_SEQUENCE_UNIT_NONE = 0,
  // Flows; the number is that of the first in the message.
  NETFLOW_SEQUENCE_UNIT_FLOW = 1,
  // Flows, including those of the message.
  NETFLOW_SEQUENCE_UNIT_FLOW_COUNTED_IN = 2,
  // Messages; in sFlow datagrams.
  NETFLOW_SEQUENCE_UNIT_MESSAGE = 3,
  // Data records, options among them.
  NETFLOW_SEQUENCE_UNIT_DATA_RECORD = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_sequence_unit netflow_sequence_unit;
#else
typedef uint32_t netflow_sequence_unit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How Arrow columns hold addresses.
enum netflow_arrow_addresses
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // 16 octets (`w:16`), IPv4 as `::ffff:a.b.c.d`; MAC addresses 6.
  NETFLOW_ARROW_ADDRESSES_OCTETS = 0,
  // 4 octets of IPv4 or 16 of IPv6 (`vz`).
  NETFLOW_ARROW_ADDRESSES_VIEW = 1,
  // Text (`u`), IPv6 as RFC 5952 writes it.
  NETFLOW_ARROW_ADDRESSES_TEXT = 2,
  // A number to group and join by (`L`): the 32 bits of IPv4; for IPv6 the wrapping sum of both
  // halves, from which the address cannot be recovered; the 48 bits of MAC addresses.
  NETFLOW_ARROW_ADDRESSES_KEY = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_arrow_addresses netflow_arrow_addresses;
#else
typedef uint32_t netflow_arrow_addresses;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The types of Arrow columns.
enum netflow_arrow_types
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Unsigned numbers, nanoseconds, dictionaries for what repeats.
  NETFLOW_ARROW_TYPES_NATIVE = 0,
  // The same without dictionaries, for files of Arrow and Parquet.
  NETFLOW_ARROW_TYPES_PLAIN = 1,
  // Those that Spark knows: signed numbers, microseconds, no dictionaries.
  NETFLOW_ARROW_TYPES_SPARK = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_arrow_types netflow_arrow_types;
#else
typedef uint32_t netflow_arrow_types;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How much a finding matters.
enum netflow_severity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Worth knowing; no number is wrong because of it.
  NETFLOW_SEVERITY_INFO = 0,
  // Numbers may be wrong.
  NETFLOW_SEVERITY_WARNING = 1,
  // Data is lost, or numbers are wrong.
  NETFLOW_SEVERITY_ERROR = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_severity netflow_severity;
#else
typedef uint32_t netflow_severity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a detail holds.
enum netflow_detail_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A count, an id or a rate: `number`.
  NETFLOW_DETAIL_NUMBER = 0,
  // A span of time in nanoseconds, which may be negative: `nanoseconds`.
  NETFLOW_DETAIL_NANOSECONDS = 1,
  // A stable word: `text`.
  NETFLOW_DETAIL_TEXT = 2,
  // Ids: `numbers`.
  NETFLOW_DETAIL_NUMBERS = 3,
  // Stable words, with `, ` between them: `text`.
  NETFLOW_DETAIL_TEXTS = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_detail_type netflow_detail_type;
#else
typedef uint32_t netflow_detail_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How exporters reach an address that is listened on.
enum netflow_listen_transport
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // UDP, for all protocols.
  NETFLOW_LISTEN_UDP = 0,
  // IPFIX over TCP.
  NETFLOW_LISTEN_TCP = 1,
  // IPFIX over TLS.
  NETFLOW_LISTEN_TLS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_listen_transport netflow_listen_transport;
#else
typedef uint32_t netflow_listen_transport;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a row of JSON holds.
enum netflow_json_schema
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // One flow: the normalised fields, by the names of `netflow_field_info`. The problems of the message
  // follow, each in a row.
  NETFLOW_JSON_FLOW = 0,
  // One record, sample, template or problem: all its fields, by the names of the registries.
  NETFLOW_JSON_RECORD = 1,
  // The same as it was sent, with its octets.
  NETFLOW_JSON_WIRE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_json_schema netflow_json_schema;
#else
typedef uint32_t netflow_json_schema;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Bits of `netflow_relay_options.flags`.
enum netflow_relay_flag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Records do not name the exporter that they came from.
  NETFLOW_RELAY_WITHOUT_ORIGIN = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum netflow_relay_flag netflow_relay_flag;
#else
typedef uint32_t netflow_relay_flag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Gathers flows of any number of messages into Arrow arrays.
typedef struct netflow_arrow netflow_arrow;

// A decoder of datagrams of any number of exporters, and the content of the last
// datagram.
typedef struct netflow_decoder netflow_decoder;

// Definitions of elements, read from files.
typedef struct netflow_definitions netflow_definitions;

// An expression that says which flows match.
typedef struct netflow_filter netflow_filter;

// What is known of the exporters of one decoder or more, and the walk over the findings of the last
// report.
typedef struct netflow_health netflow_health;

// Writes messages as JSON.
typedef struct netflow_json netflow_json;

// The sockets of a collector.
typedef struct netflow_listener netflow_listener;

// Sends messages of any protocol on as IPFIX.
typedef struct netflow_relay netflow_relay;

// An open file.
typedef struct netflow_source netflow_source;

// Finds the messages of IPFIX in one connection.
typedef struct netflow_stream netflow_stream;

// An element that the registries do not know.
typedef struct netflow_definition {
  // The enterprise that assigned the number; 0 for field types of NetFlow v9.
  uint32_t enterprise_number;
  // The number, without the enterprise bit.
  uint16_t id;
  // The number of an element of the registries that means the same and is encoded the same: flows have
  // the fields that it supplies. Any other number is an error. 0, with 0 in `same_as_enterprise`, if there is none.
  uint16_t same_as_id;
  // A `netflow_data_type`.
  uint32_t data_type;
  // A `netflow_semantics`.
  uint32_t semantics;
  // A `netflow_units`.
  uint32_t units;
  // The enterprise of `same_as_id`; 0 for IANA.
  uint32_t same_as_enterprise;
  // The name, NUL-terminated UTF-8; copied.
  const char *name;
} netflow_definition;

// An IPv4 or IPv6 address.
typedef struct netflow_address {
  // The octets in the order of the wire; of IPv4 the first four, and 0 after them.
  uint8_t octets[16];
  // 4 or 6; 0 if there is no address.
  uint32_t family;
} netflow_address;

// A sampling rate of exporters, as the caller knows it.
typedef struct netflow_rate {
  // An exporter, or a subnet of exporters; the longest prefix wins.
  struct netflow_address address;
  // Bits of the address that count; 32 or 128 for one exporter.
  uint32_t prefix_len;
  // One packet of this many is counted.
  uint64_t rate;
} netflow_rate;

// What the second counters of exporters count, as the caller knows it.
typedef struct netflow_counters {
  // An exporter, or a subnet of exporters; the longest prefix wins.
  struct netflow_address address;
  // Bits of the address that count; 32 or 128 for one exporter.
  uint32_t prefix_len;
  // A `netflow_second_counters`.
  uint32_t meaning;
} netflow_counters;

// The options of a decoder. A number that is 0 stands for its default, which
// `netflow_options_init` fills in.
typedef struct netflow_options {
  // `sizeof(netflow_options)`.
  size_t size;
  // The fields to fill in flows, see `NETFLOW_ADD`; none means all, which is the
  // default. Fields that are not selected cost nothing.
  uint64_t fields[2];
  // Bits of `netflow_flag`.
  uint32_t flags;
  // A `netflow_scope`.
  uint32_t scope;
  // Octets of memory for the state of all exporters. When they are used up, the
  // observation domains that have been silent for longest are forgotten. Default 64 MiB.
  size_t state_octets;
  // Octets of these for one observation domain. Default 8 MiB.
  size_t domain_octets;
  // Octets of these for data of one domain that waits for its template. Default 1 MiB.
  size_t waiting_octets;
  // Nanoseconds after which waiting data is discarded, or NETFLOW_NEVER. Default 30 minutes.
  int64_t waiting_lifetime;
  // Nanoseconds after which a template that was received over UDP and was not sent
  // again is forgotten, or NETFLOW_NEVER, which suits files. Default 30 minutes.
  int64_t template_lifetime;
  // Maximum templates per observation domain. Default 4096.
  size_t templates;
  // Maximum templates that the lists of one set refer to. Default 64.
  size_t list_templates;
  // Maximum fields per template, at most 65535. Default 4096.
  uint32_t template_fields;
  // Maximum nesting of lists (RFC 6313) that are checked, at most 255; each level takes a kilobyte
  // of stack. Lists nested deeper are a problem. Default 4.
  uint32_t list_depth;
  // Key of the hash tables, which must be unknown to the senders of datagrams. Default: a random
  // one.
  uint64_t hash_seed;
  // Elements that the registries do not know; copied.
  const struct netflow_definition *definitions;
  // The number of definitions.
  size_t definition_count;
  // Sampling rates for exporters that announce none; copied.
  const struct netflow_rate *rates;
  // The number of rates.
  size_t rate_count;
  // Sampling rates that replace those that exporters announce; copied.
  const struct netflow_rate *override_rates;
  // The number of override rates.
  size_t override_rate_count;
  // A `netflow_options_scope`.
  uint32_t options_scope;
  // Must be 0.
  uint32_t reserved;
  // What elements 23 and 24 count, by exporter; takes precedence over what records show; copied.
  const struct netflow_counters *counters;
  // The number of them.
  size_t counters_count;
  // Common properties (RFC 5473) of one observation domain. Default 65,536.
  size_t common_properties;
  // Octets of the data records of one datagram together with their common properties; a
  // record beyond them is returned without. Default 1 MiB.
  size_t joined_octets;
} netflow_options;

// The payload of one UDP datagram, one message of a stream or of a file, with its source
// and time.
typedef struct netflow_datagram {
  // `sizeof(netflow_datagram)`.
  size_t size;
  // The octets. They belong to the caller and must not change until the next call of
  // `netflow_decode`, `netflow_load`, `netflow_end_session` or `netflow_decoder_free`, or until
  // their content is no longer used.
  const uint8_t *payload;
  // The number of octets.
  size_t payload_len;
  // When it was received: nanoseconds since 1970 UTC. NETFLOW_NOW means the current time.
  int64_t received;
  // The caller's number for it within its input, such as the frame of a capture; flows and
  // headers return it.
  uint64_t frame;
  // Address it was sent from.
  struct netflow_address exporter;
  // Port it was sent from, in the order of the host.
  uint16_t port;
  // 0.
  uint16_t reserved;
  // A `netflow_transport`.
  uint32_t transport;
  // The caller's number of the file or socket that it was read from, 0 if there is one; headers
  // return it.
  uint32_t input;
} netflow_datagram;

// Text that something else owns. Names that the library defines (of fields, elements, rules, reasons) are
// NUL-terminated; text that an exporter sent is not.
typedef struct netflow_text {
  // UTF-8 by the specifications, but exporters may send any octets. NULL if there is no text; not
  // NULL if it is present and empty.
  const char *data;
  // The number of octets.
  size_t len;
} netflow_text;

// What a field means (RFC 7012, section 2.1).
typedef struct netflow_element {
  // The name in its registry, such as `sourceIPv4Address`; the text is always valid
  // and ends in NUL.
  struct netflow_text name;
  // The least value, where the registry limits it further than the type does.
  uint64_t least;
  // The greatest value; if both are 0, the registry has no limits.
  uint64_t greatest;
  // The enterprise that assigned the number; 0 is IANA.
  uint32_t enterprise_number;
  // The number, without the enterprise bit.
  uint16_t id;
  // 0.
  uint16_t reserved;
  // A `netflow_data_type`.
  uint32_t data_type;
  // A `netflow_semantics`.
  uint32_t semantics;
  // A `netflow_units`.
  uint32_t units;
  // 0.
  uint32_t reserved_too;
} netflow_element;

// A field of a flow: what `NETFLOW_FLOW_FIELDS` lists, as data. The texts are always valid.
typedef struct netflow_field_info {
  // The name, NUL-terminated.
  const char *name;
  // The unit, NUL-terminated; empty if there is none.
  const char *unit;
  // What it is in a sentence, NUL-terminated.
  const char *meaning;
  // Where its member begins in `netflow_flow`.
  size_t offset;
  // Octets of the member.
  size_t size;
  // A `netflow_flow_field`.
  uint32_t number;
  // A `netflow_field_type`.
  uint32_t field_type;
} netflow_field_info;

// Octets that something else owns.
typedef struct netflow_octets {
  // The first; NULL if there are none, not NULL if they are present and their number is 0.
  const uint8_t *data;
  // The number of octets.
  size_t len;
} netflow_octets;

// A MAC address.
typedef struct netflow_mac {
  // The octets in the order of the wire.
  uint8_t octets[6];
} netflow_mac;

// Numbers that something else owns.
typedef struct netflow_numbers {
  // The first; NULL if there is none.
  const uint32_t *data;
  // The number of numbers.
  size_t count;
} netflow_numbers;

// An applicationId (RFC 6759, section 4.1).
typedef struct netflow_application {
  // The number of the application; 0 if it takes more than 8 octets.
  uint64_t selector;
  // The octets after the engine, as they were sent.
  struct netflow_octets octets;
  // The enterprise that assigned the selector, with engine 20; else 0.
  uint32_t enterprise_number;
  // The classification engine.
  uint8_t engine;
  // 0.
  uint8_t reserved[3];
} netflow_application;

// One flow, of any protocol.
//
// A member counts only if its bit in `present` is set. One that was asked for and is
// absent is 0; one that was not asked for is not written. What octets, texts and numbers
// point to stays until the next call of `netflow_decode`, `netflow_rewind`,
// `netflow_load`, `netflow_end_session` or `netflow_decoder_free`; in a callback, until
// that returns.
typedef struct netflow_flow {
  // The fields that the flow has; see `NETFLOW_HAS`.
  uint64_t present[2];
  // The octets of the record or sample it was read from; see `netflow_find_record`.
  struct netflow_octets record;
  // Address that the datagram came from.
  struct netflow_address exporter_address;
  // Port that the datagram came from.
  uint16_t exporter_port;
  // Address that the sFlow agent reports for itself.
  struct netflow_address agent_address;
  // The protocol that carried the flow, such as `netflow9`.
  struct netflow_text export_protocol;
  // Observation domain: the v9 source id, the IPFIX domain, engine type and id (`type
  // * 256 + id`) in v5, v6 and v8, the sub-agent in sFlow.
  uint32_t observation_domain;
  // Template of the record; absent in NetFlow v1 to v8 and sFlow.
  uint16_t template_id;
  // Sequence number of the message, in the unit of its protocol.
  uint32_t sequence;
  // When the datagram was received.
  int64_t received;
  // When the message was sent, as its header says; absent in sFlow.
  int64_t export_time;
  // The record arrived before its template and waited for it.
  bool late;
  // The caller's number of the datagram, such as the frame of a capture.
  uint64_t frame;
  // When the first packet was seen.
  int64_t start;
  // When the last packet was seen.
  int64_t end;
  // From the first to the last packet.
  // Unit: ns.
  int64_t duration;
  // How start and end were determined; if neither is known, the reason.
  struct netflow_text clock;
  // The times cannot be right: a clock is off by more than a day, or the flow ends
  // after it was sent or before it starts, it starts more than a year before, or it
  // ended more than a day ago and, by the uptime, before the exporter started.
  bool clock_suspect;
  // Source address; of sFlow, in the outer header.
  struct netflow_address source_address;
  // Destination address; of sFlow, in the outer header.
  struct netflow_address destination_address;
  // Source port of TCP, UDP or SCTP; if the record has only client and server, the
  // client's port.
  uint16_t source_port;
  // Destination port of TCP, UDP or SCTP; if the record has only client and server,
  // the server's port.
  uint16_t destination_port;
  // IP protocol number.
  uint8_t protocol;
  // Octets as counted by the exporter, not scaled; of sFlow, the frame's length.
  // Unit: octets.
  uint64_t octets;
  // Packets as counted by the exporter, not scaled; of sFlow, 1.
  // Unit: packets.
  uint64_t packets;
  // Octets of the other direction (RFC 5103, or a firewall's responder).
  // Unit: octets.
  uint64_t reverse_octets;
  // Packets of the other direction.
  // Unit: packets.
  uint64_t reverse_packets;
  // Sampling rate: 1000 means that one packet in 1000 was counted.
  uint64_t sampling_rate;
  // How the sampling rate was determined; if options announced sampling but no rate
  // follows, the reason: `ambiguous` if the announcements differ, else the selection
  // method.
  struct netflow_text sampling;
  // Name of the sampler or selector of the record.
  struct netflow_text sampler_name;
  // Octets times the sampling rate; absent when that is not known.
  // Unit: octets.
  uint64_t octets_scaled;
  // Packets times the sampling rate; absent when that is not known.
  // Unit: packets.
  uint64_t packets_scaled;
  // All TCP flags seen, the 12 bits of RFC 9565 without the data offset above them.
  uint16_t tcp_flags;
  // Type of service or traffic class.
  uint8_t tos;
  // 4 or 6.
  uint8_t ip_version;
  // Time to live or hop limit.
  // Unit: hops.
  uint8_t ttl;
  // Lowest time to live.
  // Unit: hops.
  uint8_t min_ttl;
  // Highest time to live.
  // Unit: hops.
  uint8_t max_ttl;
  // Identification of the IP datagram.
  uint32_t fragment_id;
  // Offset of the fragment.
  // Unit: 8 octets.
  uint16_t fragment_offset;
  // Flow label of IPv6.
  uint32_t ipv6_flow_label;
  // EtherType of the network layer.
  uint16_t ether_type;
  // ICMP or ICMPv6 type.
  uint8_t icmp_type;
  // ICMP or ICMPv6 code.
  uint8_t icmp_code;
  // Interface the flow came in by.
  uint32_t input_interface;
  // Interface the flow went out by.
  uint32_t output_interface;
  // Name of the input interface.
  struct netflow_text input_interface_name;
  // Name of the output interface.
  struct netflow_text output_interface_name;
  // Source MAC address.
  struct netflow_mac source_mac;
  // Destination MAC address.
  struct netflow_mac destination_mac;
  // VLAN the flow came in by.
  uint16_t vlan;
  // VLAN the flow went out by.
  uint16_t post_vlan;
  // MPLS labels, from the top.
  struct netflow_numbers mpls_labels;
  // Next hop.
  struct netflow_address next_hop;
  // BGP next hop.
  struct netflow_address bgp_next_hop;
  // AS of the source; in sFlow, the AS of the router if the source is inside it.
  uint32_t source_as;
  // AS of the destination; in sFlow, the AS of the router if the destination is inside
  // it.
  uint32_t destination_as;
  // AS of the BGP next hop.
  uint32_t next_as;
  // AS path to the destination.
  struct netflow_numbers as_path;
  // BGP communities of the route to the destination, each `AS * 65536 + value`.
  struct netflow_numbers communities;
  // Prefix length of the source.
  // Unit: bits.
  uint8_t source_prefix_length;
  // Prefix length of the destination.
  // Unit: bits.
  uint8_t destination_prefix_length;
  // VRF the flow came in by.
  uint32_t ingress_vrf;
  // VRF the flow went out by.
  uint32_t egress_vrf;
  // Name of the ingress VRF.
  struct netflow_text ingress_vrf_name;
  // Name of the egress VRF.
  struct netflow_text egress_vrf_name;
  // Source address after translation.
  struct netflow_address post_nat_source_address;
  // Destination address after translation.
  struct netflow_address post_nat_destination_address;
  // Source port after translation.
  uint16_t post_nat_source_port;
  // Destination port after translation.
  uint16_t post_nat_destination_port;
  // 0 ingress, 1 egress.
  uint8_t direction;
  // Forwarding status (RFC 7270, section 4.12).
  uint32_t forwarding_status;
  // Why the device discarded the packet (reported by sFlow).
  uint32_t drop_reason;
  // Why the flow ended.
  uint8_t flow_end_reason;
  // Firewall event.
  uint8_t firewall_event;
  // Firewall extended event of Cisco (field type 33002).
  uint16_t firewall_extended_event;
  // Access list of the input, three numbers of four octets (33000).
  struct netflow_octets ingress_acl;
  // Access list of the output (33001).
  struct netflow_octets egress_acl;
  // NAT event.
  uint8_t nat_event;
  // Application, as `engine:selector` (RFC 6759).
  struct netflow_application application_id;
  // Name of the application.
  struct netflow_text application_name;
  // Name of the user.
  struct netflow_text user_name;
  // Number of the flow or connection.
  uint64_t flow_id;
  // How the inner packet of a sampled packet is carried, such as `vxlan`.
  struct netflow_text tunnel_type;
  // Number of the tunnel: VNI, GRE key, TEID.
  uint64_t tunnel_id;
  // Source address of the inner packet.
  struct netflow_address inner_source_address;
  // Destination address of the inner packet.
  struct netflow_address inner_destination_address;
  // Source port of the inner packet.
  uint16_t inner_source_port;
  // Destination port of the inner packet.
  uint16_t inner_destination_port;
  // IP protocol number of the inner packet.
  uint8_t inner_protocol;
  // What `octets` and `packets` count: the traffic since the last record of the flow
  // (`delta`), or since the start of the flow (`total`).
  struct netflow_text counters;
  // Differentiated Services code point (RFC 2474): ipDiffServCodePoint (195), else of
  // `tos`.
  uint8_t dscp;
  // Explicit Congestion Notification (RFC 3168, section 5): the low two bits of `tos`.
  uint8_t ecn;
  // Code point after the exporter changed it: postIpDiffServCodePoint (98), else of
  // postIpClassOfService (55).
  uint8_t post_dscp;
  // Customer VLAN, the inner tag (IEEE 802.1Q).
  uint16_t customer_vlan;
  // Customer VLAN the flow went out by, the inner tag.
  uint16_t post_customer_vlan;
  // Address of the exporter that a mediator received the flow from (403, 404; RFC
  // 7119), else exporterIPv4Address or exporterIPv6Address (130, 131) where it differs
  // from `exporter_address`.
  struct netflow_address original_exporter_address;
  // Observation domain at the original exporter (RFC 7119).
  uint32_t original_domain;
  // How source and destination were assigned (RFC 5103, section 6.3): 0 arbitrary, 1
  // initiator, 2 responder, 3 perimeter.
  uint8_t biflow_direction;
  // First port of a block that a NAT assigned (RFC 8158).
  uint16_t nat_port_block_start;
  // Last port of the block.
  uint16_t nat_port_block_end;
  // Distance between the ports of the block.
  uint16_t nat_port_block_step;
  // Number of ports in the block.
  uint16_t nat_port_block_size;
  // BGP communities of the route to the source (RFC 8549), each `AS * 65536 + value`.
  struct netflow_numbers source_communities;
  // BGP extended communities (RFC 4360) of the route to the destination, two numbers
  // each: the first and the last four octets.
  struct netflow_numbers extended_communities;
  // BGP large communities (RFC 8092) of the route to the destination, three numbers
  // each.
  struct netflow_numbers large_communities;
  // Source address in the outer header of the tunnel that sFlow reports beside the
  // sampled header.
  struct netflow_address tunnel_source_address;
  // Destination address in the outer header of the tunnel that sFlow reports beside
  // the sampled header.
  struct netflow_address tunnel_destination_address;
  // MAC address of a wireless station.
  struct netflow_mac station_mac;
  // IPv4 address of a wireless station (366).
  struct netflow_address station_address;
} netflow_flow;

// Receives one flow, which is valid until the callback returns. It returns 0 to continue. It must not
// leave by `longjmp` or an exception.
typedef int (*netflow_flow_callback)(const struct netflow_flow *flow, void *user);

// The error of the last call with a handle that failed.
typedef struct netflow_error {
  // What it returned.
  netflow_result result;
  // A `netflow_reason`, if the octets of a datagram were wrong; else 0.
  uint32_t reason;
  // Octets from the start of the payload or snapshot to what is wrong.
  size_t offset;
  // What is wrong, in English, NUL-terminated. It is valid until the next call of
  // `netflow_last_error` or `netflow_decoder_free`.
  struct netflow_text detail;
} netflow_error;

// The header of a message, and the source and time of its datagram. Late data has the header it
// arrived with.
typedef struct netflow_header {
  // When the datagram was received, nanoseconds since 1970 UTC.
  int64_t received;
  // When the message was sent, likewise; absent in sFlow.
  int64_t export_time;
  // When the exporter started, likewise, if its options announced it.
  int64_t system_init;
  // The caller's number of the datagram within its input.
  uint64_t frame;
  // Octets of the payload before the message.
  size_t offset;
  // A `netflow_protocol`.
  uint32_t protocol;
  // Bits of `netflow_header_field`.
  uint32_t present;
  // Observation domain: the v9 source id, the IPFIX domain, engine type and id in v5, v6 and
  // v8, the sub-agent in sFlow, else 0.
  uint32_t observation_domain;
  // The sequence number, in the unit of the protocol.
  uint32_t sequence;
  // A `netflow_sequence_event`.
  uint32_t sequence_event;
  // Units that are missing before the message.
  uint32_t lost;
  // Milliseconds since the exporter started, modulo 2^32.
  uint32_t sys_uptime;
  // The sampling word of v5 and v6: mode in the top two bits, interval below.
  uint16_t sampling;
  // Port the datagram was sent from.
  uint16_t port;
  // Address the datagram was sent from.
  struct netflow_address exporter;
  // The address that the sFlow agent reports.
  struct netflow_address agent_address;
  // The caller's number of the file or socket that the datagram was read from.
  uint32_t input;
  // 0.
  uint32_t reserved;
} netflow_header;

// One loss: its reason, its place and its length.
typedef struct netflow_problem {
  // A `netflow_reason`.
  uint32_t reason;
  // The id of the set that it is in; -1 if it is in none.
  int32_t set;
  // Octets from the start of the payload to the structure that is wrong.
  size_t offset;
  // Octets that were passed over because of it.
  size_t octets;
  // The reason in snake case, such as `no_template`; the text is always valid.
  struct netflow_text code;
  // The section of the specification that it breaks; of length 0 if there is none.
  struct netflow_text section;
  // What is wrong, in English, NUL-terminated. It is valid until the next call of
  // `netflow_next_problem`, `netflow_decode` or `netflow_decoder_free`.
  struct netflow_text detail;
  // The header of its message.
  struct netflow_header header;
} netflow_problem;

// Counters of a decoder since it was made. All but the last two only grow.
typedef struct netflow_stats {
  // Datagrams passed to the decoder.
  uint64_t datagrams;
  // Octets of their payloads.
  uint64_t octets;
  // Datagrams whose first header could not be read.
  uint64_t unreadable;
  // Messages read; a datagram may hold several.
  uint64_t messages;
  // Sets of v9 and IPFIX.
  uint64_t sets;
  // Template and options template records, each time one is sent.
  uint64_t templates;
  // Withdrawals.
  uint64_t withdrawals;
  // Data records that describe flows.
  uint64_t records;
  // Data records that describe the exporter.
  uint64_t options_records;
  // sFlow flow samples.
  uint64_t flow_samples;
  // sFlow counters samples.
  uint64_t counters_samples;
  // sFlow discarded packets.
  uint64_t discarded_packets;
  // Data sets that waited and were decoded when their template arrived.
  uint64_t late_sets;
  // Data sets that waited and were discarded.
  uint64_t given_up_sets;
  // Octets of these.
  uint64_t given_up_octets;
  // Observation domains forgotten because the memory limit was reached.
  uint64_t evicted;
  // Octets of memory that the state of all exporters takes now.
  uint64_t state_octets;
  // Observation domains that are known now.
  uint64_t domains;
} netflow_stats;

// One observation domain of one exporter.
typedef struct netflow_domain {
  // Address of the exporter.
  struct netflow_address exporter;
  // The address that the sFlow agent reports.
  struct netflow_address agent_address;
  // Port of the exporter; 0 if it is not part of the session.
  uint16_t port;
  // A `netflow_protocol`.
  uint32_t protocol;
  // The observation domain.
  uint32_t observation_domain;
  // Messages received.
  uint64_t messages;
  // When the first was received, nanoseconds since 1970 UTC.
  int64_t first_received;
  // When the last was received.
  int64_t last_received;
  // A `netflow_sequence_unit`: what the counts below count.
  uint32_t sequence_unit;
  // Units received.
  uint64_t received;
  // Units that were sent and not received.
  uint64_t lost;
  // Units received after later ones; they are not lost.
  uint64_t late;
  // Duplicated messages.
  uint64_t duplicated;
  // How often the exporter restarted.
  uint64_t restarted;
  // Missing units that are either lost or in data that could not be read, or not yet.
  uint64_t unread;
  // sFlow samples received.
  uint64_t samples_received;
  // Samples that were sent and not received.
  uint64_t samples_lost;
  // Samples that the agent dropped because it lacked resources.
  uint64_t samples_dropped;
  // Templates in force.
  uint64_t templates;
  // Octets of memory that the domain takes.
  uint64_t state_octets;
  // sFlow sources whose samples several threads of the agent number: what they lost is not
  // known.
  uint64_t parallel_sources;
} netflow_domain;

// Receives one observation domain, which is valid until the callback returns. It returns 0 to
// continue. It must not leave by `longjmp` or an exception.
typedef int (*netflow_domain_callback)(const struct netflow_domain *domain, void *user);

// What was taken from a snapshot.
typedef struct netflow_load_report {
  // Observation domains, new or known before.
  uint64_t domains;
  // Templates that came into force or were refreshed.
  uint64_t templates;
  // Domains, templates and other entries that were not kept: they exceeded the limits or have no
  // meaning in this version.
  uint64_t refused;
} netflow_load_report;

// The octets of a field and their type: what `netflow_value_u64` and the like read.
typedef struct netflow_value {
  // The octets as they were sent, big-endian and perhaps fewer than the type has.
  struct netflow_octets octets;
  // A `netflow_data_type`.
  uint32_t data_type;
  // 0; ignored when a program sets it.
  uint32_t reserved;
} netflow_value;

// One Set (RFC 7011, section 3.3), the records of a fixed version, or the samples of an sFlow
// datagram.
typedef struct netflow_set {
  // A `netflow_set_kind`.
  uint32_t kind;
  // The set id; 0 in the fixed versions and sFlow.
  uint16_t id;
  // The set waited for its template.
  bool late;
  // 0.
  uint8_t reserved;
  // Octets of the payload before the set.
  size_t offset;
  // The octets after its header: in the caller's payload, or of late data in the handle.
  struct netflow_octets body;
  // Octets at the end of the body that are not part of a record.
  size_t padding;
  // The caller's number of the datagram that brought the template, of late data.
  uint64_t template_frame;
  // The header of the message that it arrived in.
  struct netflow_header header;
} netflow_set;

// One record of a set, of a list or of a sample.
typedef struct netflow_record {
  // A `netflow_record_kind`.
  uint32_t kind;
  // Its template, or the one it describes; 0 in sFlow.
  uint16_t template_id;
  // The number of its scope fields, which come first.
  uint16_t scope_count;
  // The number of its fields; 0 in sFlow, where it varies.
  uint32_t field_count;
  // The enterprise of a sample's or structure's format.
  uint32_t enterprise;
  // The number of a sample's or structure's format.
  uint32_t format;
  // 0.
  uint32_t reserved;
  // Its octets, without the header of a sample or structure; of a template none.
  struct netflow_octets octets;
  // The name of a sample or structure, such as `if_counters`; of length 0 if it has none.
  struct netflow_text name;
} netflow_record;

// One field of a record, or one value of a list.
typedef struct netflow_field {
  // Octets and type; the octets of a variable-length field are without their length.
  struct netflow_value value;
  // The name of the element, or of the member of sFlow or of a fixed layout; of length 0 if
  // it was not reported.
  struct netflow_text name;
  // Who assigned the number of the element; 0 is IANA, and all of NetFlow v9.
  uint32_t enterprise_number;
  // The number of the element, or of the scope type of v9; 0 in sFlow.
  uint16_t id;
  // The length by the template; 65535 if it is variable, in each record.
  uint16_t length;
  // It belongs to the scope of options.
  bool scope;
  // Its number is a scope type of v9 (RFC 3954, section 6.1) and no element.
  bool scope_type;
  // It is a list that `netflow_enter` goes to; the first octet of a list is its semantic (RFC
  // 6313, section 4.4).
  bool list;
  // 0.
  uint8_t reserved[5];
} netflow_field;

// How flows are converted to Arrow arrays. A number that is 0 stands for its default.
typedef struct netflow_arrow_options {
  // `sizeof(netflow_arrow_options)`.
  size_t size;
  // Maximum rows of a batch, below 2^31. Default 65536.
  size_t rows;
  // Octets of text and the like after which a batch is full, at most 2^30. Default 64 MiB.
  size_t octets;
  // A `netflow_arrow_addresses`.
  uint32_t addresses;
  // A `netflow_arrow_types`.
  uint32_t types;
} netflow_arrow_options;

// Why an expression is not valid.
typedef struct netflow_filter_error {
  // Where, in characters from 1; after the last one if something is missing at the end. 0 if the
  // expression is valid.
  size_t column;
  // The column, what is wrong there, what was expected, and perhaps a suggestion: UTF-8, cut if it is
  // longer, with a NUL at the end.
  char message[240];
} netflow_filter_error;

// One thing that a person should know.
typedef struct netflow_finding {
  // The stable number of its kind; `netflow explain --format json` has it too.
  uint32_t number;
  // A `netflow_severity`.
  uint32_t severity;
  // The stable code of its kind, such as `template_absent`; the text is always valid and ends in NUL.
  struct netflow_text code;
  // The exporter that it concerns; of family 0 if it concerns none.
  struct netflow_address exporter;
  // The address that the sFlow agent reports as its own; of family 0 in other protocols.
  struct netflow_address agent_address;
  // A `netflow_protocol`; 0 if it concerns no exporter.
  uint32_t protocol;
  // The observation domain, or the sub-agent in sFlow.
  uint32_t observation_domain;
  // The `frame` of the datagram where it was seen first.
  uint64_t frame;
  // The `input` of that datagram.
  uint32_t input;
  // 1 if `frame` and `input` are known, else 0.
  uint32_t has_frame;
  // How many details it has; `netflow_finding_detail` reads them.
  size_t detail_count;
} netflow_finding;

// One number or word of a finding.
typedef struct netflow_detail {
  // Its stable name, such as `octets`; the text is always valid and ends in NUL.
  struct netflow_text name;
  // A `netflow_detail_type`: which of the members below it is in.
  uint32_t detail_type;
  // 0.
  uint32_t reserved;
  // A count, an id or a rate.
  uint64_t number;
  // A span of time.
  int64_t nanoseconds;
  // Words, with a NUL after them.
  struct netflow_text text;
  // Ids.
  struct netflow_numbers numbers;
} netflow_detail;

// An option of the documents of another tool, as the command has it: `services` and `/etc/services`.
typedef struct netflow_setting {
  // The name of the option, without its dashes.
  const char *name;
  // Its value; `true` or `false` if the command's option has none.
  const char *value;
} netflow_setting;

// An address to listen on.
typedef struct netflow_listen_address {
  // Address and port, such as `0.0.0.0:2055` or `[::]:4739`, NUL-terminated; copied. Port 0 lets the
  // system choose, see `netflow_listener_address`.
  const char *address;
  // A `netflow_listen_transport`.
  uint32_t transport;
  // 0.
  uint32_t reserved;
} netflow_listen_address;

// What to listen on, and what peers may cost. A number that is 0 stands for its default, which
// `netflow_listener_options_init` fills in.
typedef struct netflow_listener_options {
  // `sizeof(netflow_listener_options)`.
  size_t size;
  // The addresses; at least one.
  const struct netflow_listen_address *addresses;
  // The number of addresses.
  size_t address_count;
  // Octets of each UDP socket's receive buffer to ask the kernel for. Default 16 MiB; it grants
  // `net.core.rmem_max` at most.
  size_t read_buffer;
  // Maximum octets of a datagram or message. Default 65,535. Longer datagrams are counted and not
  // returned; longer messages end their connection.
  size_t max_message;
  // Maximum connections at a time. Default 1,024.
  size_t connections;
  // Maximum connections at a time from one address. Default 64.
  size_t connections_by_address;
  // Nanoseconds that a message on a connection may take to arrive. Default 30 s.
  int64_t read_timeout;
  // Nanoseconds after which `netflow_receive` returns NETFLOW_IDLE, or NETFLOW_AT_ONCE. Default
  // 250 ms.
  int64_t idle;
  // File of the certificate of this collector, and of those up to its authority (PEM); for TLS.
  const char *certificate;
  // File of its private key (PEM).
  const char *key;
  // File of the authorities that sign certificates of exporters (PEM); NULL asks for none.
  const char *client_ca;
  // Not 0: exporters may have no certificate although `client_ca` asks for one.
  uint32_t clients_optional;
  // 0.
  uint32_t reserved;
} netflow_listener_options;

// What a listener received, refused and lost since it was made.
typedef struct netflow_listener_stats {
  // Datagrams returned, without messages from connections.
  uint64_t datagrams;
  // Octets of these datagrams.
  uint64_t datagram_octets;
  // Datagrams that the kernel dropped because a receive buffer was full.
  uint64_t kernel_drops;
  // Datagrams longer than the maximum.
  uint64_t too_long;
  // Failed calls to receive.
  uint64_t receive_errors;
  // Messages returned from connections.
  uint64_t messages;
  // Octets of these messages.
  uint64_t message_octets;
  // Connections accepted.
  uint64_t connections;
  // Connections closed since.
  uint64_t connections_closed;
  // Connections refused because there were too many.
  uint64_t connections_refused;
  // Connections closed because they do not carry IPFIX or carry a message that is too long.
  uint64_t connections_malformed;
  // Connections closed because a message was not complete in time.
  uint64_t connections_timed_out;
  // Connections that ended inside a message, or failed.
  uint64_t connections_cut;
  // Connections closed because TLS failed.
  uint64_t tls_failed;
} netflow_listener_stats;

// The limits of a relay. A number that is 0 stands for its default, which
// `netflow_relay_options_init` fills in.
typedef struct netflow_relay_options {
  // `sizeof(netflow_relay_options)`.
  size_t size;
  // Maximum octets of a message, at most 65,535. Default 1400, for UDP.
  size_t message_octets;
  // Maximum observation domains that are followed; a further one replaces the one that has been silent
  // for longest. Default 4096.
  size_t domains;
  // Nanoseconds after which a template is sent again with the next record by it, or NETFLOW_NEVER, for
  // TCP and files. Default 5 minutes.
  int64_t template_refresh;
  // Maximum templates of one domain, 128 to 65,535. Default 1024.
  uint32_t templates;
  // Maximum nesting of lists, at most 255. Default 4.
  uint32_t list_depth;
  // Bits of `netflow_relay_flag`.
  uint32_t flags;
  // 0.
  uint32_t reserved;
} netflow_relay_options;

// Sends one message of IPFIX. Anything but 0 that it returns stops: the message counts as not sent. It must
// not use the relay or the decoder.
typedef int (*netflow_send_callback)(const uint8_t *octets, size_t len, void *user);

// What a relay has sent so far.
typedef struct netflow_relay_stats {
  // Messages sent.
  uint64_t messages;
  // Data records sent, options among them.
  uint64_t records;
  // Template records sent.
  uint64_t templates;
  // Records that could not be sent: each is longer than a message, or none of its fields has an element.
  uint64_t refused;
  // Domains and templates forgotten because a limit was reached.
  uint64_t forgotten;
  // Messages that were made and not sent, because the callback stopped.
  uint64_t failed;
} netflow_relay_stats;

// Reads the next octets of a file into `buffer`, which has room for `capacity`, and writes their number
// to `count`; 0 is the end. Anything but 0 that it returns is an errno, for a file that cannot be read.
// It must not use the source.
typedef int (*netflow_read_callback)(void *user,
                                     uint8_t *buffer,
                                     size_t capacity,
                                     size_t *count);

// How a file is read.
typedef struct netflow_source_options {
  // `sizeof(netflow_source_options)`.
  size_t size;
  // UDP ports of collectors, besides those in common use, on which every datagram is returned, and TCP
  // ports besides 4739 that are read as IPFIX; copied.
  const uint16_t *ports;
  // The number of ports.
  size_t port_count;
  // If not NULL, the octets come from this function, not from a file; `path` is then only their name.
  netflow_read_callback read;
  // Passed to `read`.
  void *user;
  // The caller's number for the file, which its datagrams get.
  uint32_t input;
  // 0.
  uint32_t reserved;
} netflow_source_options;

// What a source has read so far.
typedef struct netflow_source_stats {
  // Packets in the file, or messages of an IPFIX file.
  uint64_t packets;
  // Datagrams and messages returned.
  uint64_t datagrams;
  // Datagrams among them of which fewer octets were captured than were sent.
  uint64_t cut;
  // UDP datagrams that are not flow export.
  uint64_t udp_passed_over;
  // TCP segments and SCTP packets that do not carry IPFIX.
  uint64_t streams_passed_over;
  // Packets of other protocols, and of link types that are not read.
  uint64_t other_passed_over;
  // Packets whose headers contradict themselves or are cut.
  uint64_t malformed;
  // Fragmented packets that could not be reassembled.
  uint64_t fragmented_given_up;
  // Octets of IPFIX over TCP and SCTP that belong to no whole message.
  uint64_t stream_octets_lost;
  // Copies of datagrams that were captured on several paths; each datagram is returned once.
  uint64_t mirrored;
  // Octets read from the file, compressed ones if it is compressed.
  uint64_t octets_read;
} netflow_source_stats;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library, such as `0.1.0`; the text is always valid.
const char *netflow_version(void);

// The version of the binary interface. A program works with every library that returns
// the NETFLOW_ABI_VERSION it was compiled with.
uint32_t netflow_abi_version(void);

// Writes the default options. `size` is `sizeof(netflow_options)`.
//
// Pointers:
//
// `options` is NULL, or `size` octets may be written there.
netflow_result netflow_options_init(struct netflow_options *options, size_t size);

// Makes a decoder. `options` may be NULL, for all defaults. If it fails, `*decoder` is NULL, and
// `netflow_last_error` with NULL for the decoder says which option is wrong.
//
// Pointers:
//
// `options` is NULL or points to options whose `size` is right and whose pointers are NULL or
// point to the number of items that their counts say. `decoder` is NULL, or a pointer may be written there.
netflow_result netflow_decoder_new(const struct netflow_options *options,
                                   struct netflow_decoder **decoder);

// Names interfaces of exporters by a CSV file with a header line: `exporter` (an address), `index`, `name`, and if
// wanted `speed` and `description`. These names take precedence over those that exporters announce; of several
// files, the last entry of an interface applies. The current message is gone. If the file cannot be read, nothing changes, the
// result is NETFLOW_ERROR_ARGUMENT, and a sentence for people with the file and the line is written to `message`,
// NUL-terminated and cut to `capacity`, unless that is 0. It is empty if there is no sentence.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `path` is NULL or a string that a NUL ends. `message` is NULL, or
// `capacity` octets may be written there.
netflow_result netflow_decoder_read_interfaces(struct netflow_decoder *decoder,
                                               const char *path,
                                               char *message,
                                               size_t capacity);

// Frees a decoder and everything that its structs point to. NULL is ignored.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed and not in use by another thread.
void netflow_decoder_free(struct netflow_decoder *decoder);

// Reads the options of a decoder, with every default filled in; definitions and rates are not
// returned. `size` is `sizeof(netflow_options)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `options` is NULL, or `size` octets may be
// written there.
netflow_result netflow_decoder_options(const struct netflow_decoder *decoder,
                                       struct netflow_options *options,
                                       size_t size);

// Initialises a datagram that is received now over UDP, and sets its source: `address` is what
// `recvfrom` returns, a `struct sockaddr_in` or `sockaddr_in6` of `address_len` octets, or NULL. With
// an address of another family it fails, and the datagram has no source. `size` is
// `sizeof(netflow_datagram)`.
//
// Pointers:
//
// `datagram` is NULL, or `size` octets may be written there. `address` is NULL or points to
// `address_len` octets.
netflow_result netflow_datagram_init(struct netflow_datagram *datagram,
                                     size_t size,
                                     const void *address,
                                     size_t address_len);

// Decodes one datagram. Its content can be read until the next call: flows by `netflow_flows`
// or `netflow_each_flow`, everything by `netflow_next_set`, problems by
// `netflow_next_problem`.
//
// Malformed octets make it fail only if not even the first header can be read. Anything malformed after that
// costs only the part concerned and is among the problems. Every failure but NETFLOW_ERROR_BUSY ends
// the previous message.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `datagram` is NULL or points to a datagram whose
// `size` is right and whose payload is NULL or has `payload_len` octets, which must not change until
// the next call that ends the message.
netflow_result netflow_decode(struct netflow_decoder *decoder,
                              const struct netflow_datagram *datagram);

// Forgets the templates of a stream that has ended (RFC 7011, section 10.4). It ends the message.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `exporter` is NULL or points to an address.
netflow_result netflow_end_session(struct netflow_decoder *decoder,
                                   const struct netflow_address *exporter,
                                   uint16_t port);

// The element of this number; enterprise 0 is IANA. `size` is `sizeof(netflow_element)`.
//
// Pointers:
//
// `element` is NULL, or `size` octets may be written there.
netflow_result netflow_element_by_number(uint32_t enterprise_number,
                                         uint16_t id,
                                         struct netflow_element *element,
                                         size_t size);

// The meaning of a field type of NetFlow v9, also those of vendors. `size` is
// `sizeof(netflow_element)`.
//
// Pointers:
//
// `element` is NULL, or `size` octets may be written there.
netflow_result netflow_element_of_v9(uint16_t field_type,
                                     struct netflow_element *element,
                                     size_t size);

// The element of this name; upper and lower case matter. `size` is `sizeof(netflow_element)`.
//
// Pointers:
//
// `name` is NULL or a NUL-terminated string. `element` is NULL, or `size` octets may be written
// there.
netflow_result netflow_element_by_name(const char *name,
                                       struct netflow_element *element,
                                       size_t size);

// Writes an address as NUL-terminated text: at most 46 octets.
//
// Pointers:
//
// `address` is NULL or points to an address. `text` is NULL, or `capacity` octets may be written
// there.
netflow_result netflow_address_text(const struct netflow_address *address,
                                    char *text,
                                    size_t capacity);

// The number of the field of a flow that has this name: a `netflow_flow_field`, or less than 0, such
// as NETFLOW_ERROR_UNKNOWN.
//
// Pointers:
//
// `name` is NULL or a NUL-terminated string.
int32_t netflow_field_by_name(const char *name);

// The name of a field of a flow, by its `netflow_flow_field`; of length 0 if there is no such field.
// The text is always valid and ends in NUL.
struct netflow_text netflow_field_name(uint32_t field);

// The number of fields that flows can have: their numbers are less.
uint32_t netflow_field_count(void);

// Describes a field of a flow: its name, its type, and where its member is in `netflow_flow`. `size` is
// `sizeof(netflow_field_info)`.
//
// Pointers:
//
// `info` is NULL, or `size` octets may be written there.
netflow_result netflow_field_by_number(uint32_t field,
                                       struct netflow_field_info *info,
                                       size_t size);

// Asks for a field, as `NETFLOW_ADD` does: `fields` is the member of `netflow_options` or
// `netflow_arrow_options`. After the first call only the requested fields are filled.
//
// Pointers:
//
// `fields` is NULL or points to two numbers.
netflow_result netflow_field_add(uint64_t *fields, uint32_t field);

// Whether a flow has a field, as `NETFLOW_HAS` says: 1 if it has, 0 if not or if there is no such field.
//
// Pointers:
//
// `flow` is NULL or points to a flow that this library wrote.
int32_t netflow_flow_has(const struct netflow_flow *flow,
                         uint32_t field);

// Reads a number or a flag of a flow by the number of its field; NETFLOW_ERROR_ABSENT if the flow does
// not have it, NETFLOW_ERROR_TYPE if it is not an unsigned number.
//
// Pointers:
//
// `flow` is NULL or points to a flow that this library wrote. `number` is NULL, or may be written.
netflow_result netflow_flow_u64(const struct netflow_flow *flow,
                                uint32_t field,
                                uint64_t *number);

// Reads a time (nanoseconds since 1970) or a duration (nanoseconds) of a flow by the number of its
// field; NETFLOW_ERROR_ABSENT if the flow does not have it, NETFLOW_ERROR_TYPE if it is neither.
//
// Pointers:
//
// `flow` is NULL or points to a flow that this library wrote. `nanoseconds` is NULL, or may be written.
netflow_result netflow_flow_i64(const struct netflow_flow *flow,
                                uint32_t field,
                                int64_t *nanoseconds);

// Writes any field of a flow as NUL-terminated text, as the command writes it in CSV: addresses as
// usual, times of RFC 3339, durations in nanoseconds, octets in hex. NETFLOW_ERROR_ABSENT if the flow
// does not have it, NETFLOW_ERROR_SPACE if it does not fit.
//
// Pointers:
//
// `flow` is NULL or points to a flow that this library wrote, and what it points to is still valid.
// `text` is NULL, or `capacity` octets may be written there.
netflow_result netflow_flow_text(const struct netflow_flow *flow,
                                 uint32_t field,
                                 char *text,
                                 size_t capacity);

// Writes the next flows of the message into the caller's array, at most `capacity` (1 or more), and
// their number to `count`. The next call continues after them; NETFLOW_END means that there are no
// more. `flow_size` is `sizeof(netflow_flow)`, which shows the library the fields that the program
// knows.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `flows` is NULL, or `capacity` times `flow_size`
// octets may be written there. `count` is NULL, or a `size_t` may be written there.
netflow_result netflow_flows(struct netflow_decoder *decoder,
                             struct netflow_flow *flows,
                             size_t flow_size,
                             size_t capacity,
                             size_t *count);

// Calls `callback` for every flow of the message, with `user`. The callback may read the message with
// other functions. If it ends the message (by `netflow_decode`, for example) or starts it again
// (`netflow_rewind`), the result is NETFLOW_ERROR_BUSY; if it returns anything but 0, NETFLOW_STOPPED.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed, and `callback` does not free it. `callback` may be
// called with `user`.
netflow_result netflow_each_flow(struct netflow_decoder *decoder,
                                 netflow_flow_callback callback,
                                 void *user);

// Starts every way of reading the message again. Pointers in flows are no longer valid.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed.
netflow_result netflow_rewind(struct netflow_decoder *decoder);

// What a result means, in English; the text is always valid.
const char *netflow_strerror(int32_t result);

// The name of a `netflow_reason` in snake case, such as `no_template`; of length 0 if there is no
// such reason. The text is always valid and ends in NUL.
struct netflow_text netflow_reason_name(uint32_t reason);

// The error of the last call with this handle that failed; calls that succeed do not change it.
// `size` is `sizeof(netflow_error)`. NETFLOW_END means that none has failed.
//
// If `decoder` is NULL, that of the last call of this thread that failed and had no decoder, such as
// `netflow_decoder_new`; the error then names the option that is wrong. Its text stays until this thread
// calls the function with NULL again.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `error` is NULL, or `size` octets may be written
// there.
netflow_result netflow_last_error(struct netflow_decoder *decoder,
                                  struct netflow_error *error,
                                  size_t size);

// The next problem of the message: what was passed over, and why. `size` is
// `sizeof(netflow_problem)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `problem` is NULL, or `size` octets may be
// written there.
netflow_result netflow_next_problem(struct netflow_decoder *decoder,
                                    struct netflow_problem *problem,
                                    size_t size);

// Reads the counters. `size` is `sizeof(netflow_stats)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written
// there.
netflow_result netflow_stats_read(struct netflow_decoder *decoder,
                                  struct netflow_stats *stats,
                                  size_t size);

// The number of problems of a `netflow_reason` since the decoder was made.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `count` is NULL, or may be written.
netflow_result netflow_problem_count(struct netflow_decoder *decoder,
                                     uint32_t reason,
                                     uint64_t *count);

// Calls `callback` for every known observation domain, with `user`: what it sent, and what of it was
// lost. The callback cannot use the handle. If it returns anything but 0, the result is
// NETFLOW_STOPPED.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed, and `callback` does not free it. `callback` may be
// called with `user`.
netflow_result netflow_each_domain(struct netflow_decoder *decoder,
                                   netflow_domain_callback callback,
                                   void *user);

// The state of all exporters, for another decoder, such as that of the next run. The octets
// stay until the next call of `netflow_save` or `netflow_decoder_free`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `snapshot` is NULL, or may be written.
netflow_result netflow_save(struct netflow_decoder *decoder,
                            struct netflow_octets *snapshot);

// Merges a snapshot into the state of the decoder, and ends the message. What exceeds the limits is
// refused and counted. `report` may be NULL; `size` is
// `sizeof(netflow_load_report)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `snapshot` is NULL or points to `len` octets.
// `report` is NULL, or `size` octets may be written there.
netflow_result netflow_load(struct netflow_decoder *decoder,
                            const void *snapshot,
                            size_t len,
                            struct netflow_load_report *report,
                            size_t size);

// Reads an integer that is not negative, of any width; for a time in seconds or milliseconds, that
// number.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `number` is NULL, or may be written.
netflow_result netflow_value_u64(const struct netflow_value *value,
                                 uint64_t *number);

// Reads an integer of any width.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `number` is NULL, or may be written.
netflow_result netflow_value_i64(const struct netflow_value *value,
                                 int64_t *number);

// Reads a float32 or float64; a float64 may be sent as a float32.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `number` is NULL, or may be written.
netflow_result netflow_value_f64(const struct netflow_value *value,
                                 double *number);

// Reads a boolean; octets that are neither true nor false are NETFLOW_ERROR_RANGE.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `flag` is NULL, or may be written.
netflow_result netflow_value_bool(const struct netflow_value *value,
                                  bool *flag);

// Reads an IPv4 or IPv6 address.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `address` is NULL, or may be written.
netflow_result netflow_value_address(const struct netflow_value *value,
                                     struct netflow_address *address);

// Reads a MAC address.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `address` is NULL, or may be written.
netflow_result netflow_value_mac(const struct netflow_value *value,
                                 struct netflow_mac *address);

// Reads a time of any precision: nanoseconds since 1970 UTC.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `nanos` is NULL, or may be written.
netflow_result netflow_value_time(const struct netflow_value *value,
                                  int64_t *nanos);

// Reads a string, without the NULs that pad it. The text points into the value's octets.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `text` is NULL, or may be written.
netflow_result netflow_value_text(const struct netflow_value *value,
                                  struct netflow_text *text);

// The octets of a value of any type, as they were sent.
//
// Pointers:
//
// `value` is NULL or points to a value whose octets are there. `octets` is NULL, or may be written.
netflow_result netflow_value_octets(const struct netflow_value *value,
                                    struct netflow_octets *octets);

// The next set of the message, in the order of the wire; late ones come last. The records of a
// fixed version and the samples of sFlow are one set. `size` is `sizeof(netflow_set)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `set` is NULL, or `size` octets may be written
// there.
netflow_result netflow_next_set(struct netflow_decoder *decoder,
                                struct netflow_set *set,
                                size_t size);

// The next record of the set, or of what was entered; a basicList has no records but values, which
// `netflow_next_field` returns, also after this call. `size` is `sizeof(netflow_record)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `record` is NULL, or `size` octets may be
// written there.
netflow_result netflow_next_record(struct netflow_decoder *decoder,
                                   struct netflow_record *record,
                                   size_t size);

// The next field of the record, or value of the basicList that was entered; padding is a field
// too. `size` is `sizeof(netflow_field)`. Names end in NUL. Those of elements that you or the exporter
// defined, and of members of sFlow that are in lists, stay until the next call of this function; others are
// always valid.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `field` is NULL, or `size` octets may be written
// there.
netflow_result netflow_next_field(struct netflow_decoder *decoder,
                                  struct netflow_field *field,
                                  size_t size);

// Enters the item returned last: from a sample of sFlow to its records, from a field that is a
// list (RFC 6313) to its records, or of a basicList to its values, which are fields. NETFLOW_END
// means that there is nothing to enter. Lists may be nested some 300 deep, also beyond the
// `list_depth` of the options: a recursive program should limit its own depth.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed.
netflow_result netflow_enter(struct netflow_decoder *decoder);

// Goes back to where `netflow_enter` was called. NETFLOW_END means that nothing was entered.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed.
netflow_result netflow_leave(struct netflow_decoder *decoder);

// Goes to the record or sample of a flow, so that `netflow_next_field` returns its fields:
// `octets` is `netflow_flow.record.data`. Flows that are looked up in their order take the time of one
// walk; going back starts again from the first. `size` is `sizeof(netflow_record)`.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `record` is NULL, or `size` octets may be
// written there. What `octets` points to is not read.
netflow_result netflow_find_record(struct netflow_decoder *decoder,
                                   const void *octets,
                                   struct netflow_record *record,
                                   size_t size);

// Writes the default options. `size` is `sizeof(netflow_arrow_options)`.
//
// Pointers:
//
// `options` is NULL, or `size` octets may be written there.
netflow_result netflow_arrow_options_init(struct netflow_arrow_options *options,
                                          size_t size);

// Makes a handle that gathers flows into Arrow arrays. The columns are the fields selected by the
// options of `decoder`, in the order of their numbers and by their names; the flags of these options
// apply too, and so does the filter that `netflow_filter_set` set. `options` may be NULL, for all
// defaults. NETFLOW_ERROR_UNSUPPORTED means that the library was built without Arrow.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `options` is NULL or points to options whose
// `size` is right. `arrow` is NULL, or a pointer may be written there.
netflow_result netflow_arrow_new(const struct netflow_decoder *decoder,
                                 const struct netflow_arrow_options *options,
                                 struct netflow_arrow **arrow);

// Frees the handle and the flows that were not taken. Arrays that were taken stay valid. NULL is
// ignored.
//
// Pointers:
//
// `arrow` is NULL or a handle that is not freed and not in use by another thread.
void netflow_arrow_free(struct netflow_arrow *arrow);

// Adds all flows of the message that `decoder` decoded last, whether they were read another way or
// not, and writes the number of full batches to `full`. `netflow_arrow_finish` takes them; while one
// is left, nothing more is added (NETFLOW_ERROR_SPACE). Messages of any decoder can be added.
//
// Pointers:
//
// `arrow` and `decoder` are NULL or handles that are not freed. `full` is NULL, or a `size_t` may be
// written there.
netflow_result netflow_arrow_append(struct netflow_arrow *arrow,
                                    struct netflow_decoder *decoder,
                                    size_t *full);

// Takes the oldest full batch or, if there is none, all rows so far: a struct array with one
// child a column. NETFLOW_END means that there are no rows; then nothing is written. `schema` may be
// NULL; it is the same every time. Both own what they point to until their `release` is called, from
// any thread, also when the handles are freed.
//
// Pointers:
//
// `arrow` is NULL or a handle that is not freed. `array` is NULL, or a `struct ArrowArray` may be
// written there; `schema` is NULL, or a `struct ArrowSchema` may be. The previous content is not released.
netflow_result netflow_arrow_finish(struct netflow_arrow *arrow,
                                    struct ArrowArray *array,
                                    struct ArrowSchema *schema);

// The schema of all arrays; it can be asked for before the first array. It is released as any other.
//
// Pointers:
//
// `arrow` is NULL or a handle that is not freed. `schema` is NULL, or a `struct ArrowSchema` may be
// written there. The previous content is not released.
netflow_result netflow_arrow_schema(struct netflow_arrow *arrow,
                                    struct ArrowSchema *schema);

// Makes an empty list of definitions.
//
// Pointers:
//
// `definitions` is NULL, or a pointer may be written there.
netflow_result netflow_definitions_new(struct netflow_definitions **definitions);

// Adds the definitions of a file: YAML of Logstash, Elastic, Fluentd and goflow2, XML or CSV of IANA,
// or a CSV with the columns `pen,id,name,type,semantics,units,same_as`. Of an element with several
// definitions the last counts. If the file cannot be read, it adds nothing, the result is
// NETFLOW_ERROR_ARGUMENT, and a sentence for people with the file and the line is written to `message`,
// NUL-terminated and cut to `capacity`, unless that is 0. It is empty if there is no sentence. Pointers from `netflow_definitions_list` are
// not valid afterwards.
//
// Pointers:
//
// `definitions` is NULL or a handle that is not freed, and nobody else is using it. `path` is NULL or a
// string that a NUL ends. `message` is NULL, or `capacity` octets may be written there.
netflow_result netflow_definitions_read(struct netflow_definitions *definitions,
                                        const char *path,
                                        char *message,
                                        size_t capacity);

// The definitions, for `definitions` and `definition_count` of the options: valid until the next
// `netflow_definitions_read` and until the handle is freed. A decoder copies them.
//
// Pointers:
//
// `definitions` is NULL or a handle that is not freed. `list` is NULL, or a pointer may be written there.
// `count` is NULL, or a `size_t` may be written there.
netflow_result netflow_definitions_list(const struct netflow_definitions *definitions,
                                        const struct netflow_definition **list,
                                        size_t *count);

// Frees the definitions; decoders that were made with them keep them. NULL is ignored.
//
// Pointers:
//
// `definitions` is NULL or a handle that is not freed and not in use by another thread.
void netflow_definitions_free(struct netflow_definitions *definitions);

// Reads an expression such as `proto tcp and dst port 443`, in the words of tcpdump and nfdump or with
// the names of fields. If it is not valid, the result is NETFLOW_ERROR_ARGUMENT, `*filter` is NULL, and
// `error`, which may be NULL, has the column and a message; otherwise its column is 0. `size` is
// `sizeof(netflow_filter_error)`.
//
// Pointers:
//
// `expression` is NULL or a string that a NUL ends. `filter` is NULL, or a pointer may be written
// there. `error` is NULL, or `size` octets may be written there.
netflow_result netflow_filter_new(const char *expression,
                                  struct netflow_filter **filter,
                                  struct netflow_filter_error *error,
                                  size_t size);

// Frees a filter; decoders that it was set for keep it. NULL is ignored.
//
// Pointers:
//
// `filter` is NULL or a handle that is not freed and not in use by another thread.
void netflow_filter_free(struct netflow_filter *filter);

// From the next datagram on, `netflow_flows` and `netflow_each_flow` pass over the flows that do not
// match, as do Arrow handles that are made from then on. The walk over sets and records is not filtered.
// A `filter` of NULL ends this. The message ends.
//
// Pointers:
//
// `decoder` and `filter` are NULL or handles that are not freed.
netflow_result netflow_filter_set(struct netflow_decoder *decoder,
                                  const struct netflow_filter *filter);

// Tests every flow of the message, in the order of `netflow_flows`: writes 1 to `matches` for a flow that
// matches, 0 for any other, and the number of flows to `count`. With more flows than `capacity` it
// is NETFLOW_ERROR_SPACE, and `count` is the capacity needed; NETFLOW_END means that there are none.
// Flows that `netflow_filter_set` excludes are not among them.
//
// Pointers:
//
// `filter` and `decoder` are NULL or handles that are not freed. `matches` is NULL, or `capacity` octets
// may be written there. `count` is NULL, or a `size_t` may be written there.
netflow_result netflow_filter_test(const struct netflow_filter *filter,
                                   struct netflow_decoder *decoder,
                                   uint8_t *matches,
                                   size_t capacity,
                                   size_t *count);

// Makes a handle that gathers the health of exporters. One may follow several decoders. Its memory is
// bounded for any number of exporters.
//
// Pointers:
//
// `health` is NULL, or a pointer may be written there.
netflow_result netflow_health_new(struct netflow_health **health);

// Frees the handle and the findings that it returned. NULL is ignored.
//
// Pointers:
//
// `health` is NULL or a handle that is not freed and not in use by another thread.
void netflow_health_free(struct netflow_health *health);

// Adds what `decoder` decoded from the last datagram: call it after each successful
// `netflow_decode`, whether the flows were read or not.
//
// Pointers:
//
// `health` and `decoder` are NULL or handles that are not freed.
netflow_result netflow_health_add(struct netflow_health *health,
                                  struct netflow_decoder *decoder);

// Adds a datagram for which the last call with `decoder`, `netflow_decode`, returned
// NETFLOW_ERROR_UNREADABLE. Without such a failure it is NETFLOW_ERROR_NO_MESSAGE.
//
// Pointers:
//
// `health` and `decoder` are NULL or handles that are not freed. `datagram` is NULL or points to a
// datagram whose `size` is right and whose payload is NULL or has `payload_len` octets.
netflow_result netflow_health_unreadable(struct netflow_health *health,
                                         struct netflow_decoder *decoder,
                                         const struct netflow_datagram *datagram);

// Takes what `decoder` knows of a stream that has ended: call it before `netflow_end_session`.
//
// Pointers:
//
// `health` and `decoder` are NULL or handles that are not freed. `exporter` is NULL or points to an
// address.
netflow_result netflow_health_session_ended(struct netflow_health *health,
                                            struct netflow_decoder *decoder,
                                            const struct netflow_address *exporter,
                                            uint16_t port);

// Derives the findings so far, with what `decoder` counted and what options announced, and starts the
// walk over them. Findings returned before are no longer valid.
//
// Pointers:
//
// `health` and `decoder` are NULL or handles that are not freed.
netflow_result netflow_health_report(struct netflow_health *health,
                                     struct netflow_decoder *decoder);

// The next finding of the last report, the most severe first. `size` is `sizeof(netflow_finding)`.
//
// Pointers:
//
// `health` is NULL or a handle that is not freed. `finding` is NULL, or `size` octets may be
// written there.
netflow_result netflow_next_finding(struct netflow_health *health,
                                    struct netflow_finding *finding,
                                    size_t size);

// A detail of the finding that was taken last, counted from 0; NETFLOW_END after the last. What it
// points to is valid until the next `netflow_health_report` or `netflow_health_free`. `size` is
// `sizeof(netflow_detail)`.
//
// Pointers:
//
// `health` is NULL or a handle that is not freed. `detail` is NULL, or `size` octets may be written
// there.
netflow_result netflow_finding_detail(struct netflow_health *health,
                                      size_t index,
                                      struct netflow_detail *detail,
                                      size_t size);

// Makes a handle that writes messages as JSON, in the rows of `netflow decode --format json`. `schema` is a
// `netflow_json_schema`. With NETFLOW_JSON_FLOW, the fields and the flag that splits biflows, both from the
// options of `decoder`, and the filter that `netflow_filter_set` set apply. Packets that sFlow reports as
// discarded do not become rows.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `json` is NULL, or a pointer may be written there.
netflow_result netflow_json_new(const struct netflow_decoder *decoder,
                                uint32_t schema,
                                struct netflow_json **json);

// Makes a handle that writes messages as the documents of another tool, in the rows of `netflow decode --schema SCHEMA
// --format json`. `schema` is `ecs`, `ecs-integration`, `logstash`, `fluentd`, `goflow2`, `nfdump`, `elastiflow`,
// `datadog`, `akvorado`, `pmacct`, `ipfixcol2`, `vflow` or `telegraf`. The settings are options of the
// command by their names: `add-field`, `asn`, `community-id-seed`, `compat`, `geo`, `include-flowset-id`,
// `internal-networks`, `services`, `tag`, `target` and `time-key`; of one that is there twice the last counts, but `tag`
// and `add-field` add. `asn` and `geo` need the feature `geo` of the library. There are no names of hosts (`dns`): they would
// need threads. The flag that splits biflows and the filter apply as to `netflow_json_new`; with a filter there are documents
// of flows only.
//
// If a setting or the schema is invalid, the result is NETFLOW_ERROR_ARGUMENT, and a sentence for people is written to
// `message`, NUL-terminated and cut to `capacity`, unless that is 0. It is empty if there is no sentence.
//
// Pointers:
//
// `decoder` is NULL or a handle that is not freed. `schema` is NULL or a string that a NUL ends. `settings` is NULL or
// points to `setting_count` settings, whose members are such strings. `json` is NULL, or a pointer may be written there.
// `message` is NULL, or `capacity` octets may be written there.
netflow_result netflow_json_documents(const struct netflow_decoder *decoder,
                                      const char *schema,
                                      const struct netflow_setting *settings,
                                      size_t setting_count,
                                      struct netflow_json **json,
                                      char *message,
                                      size_t capacity);

// Frees the handle and its last row. NULL is ignored.
//
// Pointers:
//
// `json` is NULL or a handle that is not freed and not in use by another thread.
void netflow_json_free(struct netflow_json *json);

// The next row of the message that `decoder` decoded last: one JSON object, as UTF-8 without a line feed,
// which a NUL ends. It stays until the next call with `json`. NETFLOW_END means that there are no more; after
// `netflow_rewind` they begin again. Messages of any decoder can be written.
//
// Pointers:
//
// `json` and `decoder` are NULL or handles that are not freed. `row` is NULL, or a text may be written
// there.
netflow_result netflow_next_json(struct netflow_json *json,
                                 struct netflow_decoder *decoder,
                                 struct netflow_text *row);

// Writes the default options. `size` is `sizeof(netflow_listener_options)`.
//
// Pointers:
//
// `options` is NULL, or `size` octets may be written there.
netflow_result netflow_listener_options_init(struct netflow_listener_options *options,
                                             size_t size);

// Opens the sockets of a collector: UDP, and IPFIX over TCP and TLS. If they cannot be opened, a
// sentence for people says why: it is written to `message`, NUL-terminated and cut to `capacity`, unless
// that is 0. NETFLOW_ERROR_UNSUPPORTED means that the library was built without sockets, or without
// TLS; NETFLOW_ERROR_SYSTEM, that the system refuses.
//
// Pointers:
//
// `options` is NULL or points to options whose `size` is right and whose pointers are NULL or point to
// as many items as they have, and to NUL-terminated text. `listener` is NULL, or a pointer may be
// written there. `message` is NULL, or `capacity` octets may be written there.
netflow_result netflow_listener_new(const struct netflow_listener_options *options,
                                    struct netflow_listener **listener,
                                    char *message,
                                    size_t capacity);

// Closes the sockets and frees the handle. What was received last may not be used any more. NULL is
// ignored.
//
// Pointers:
//
// `listener` is NULL or a handle that is not freed and not in use by another thread.
void netflow_listener_free(struct netflow_listener *listener);

// Receives the next datagram, or message of a connection, and decodes it as `netflow_decode` does. It
// waits for one as long as `netflow_listener_options.idle` says.
//
// NETFLOW_OK: it is decoded. NETFLOW_ERROR_UNREADABLE: it cannot be read. NETFLOW_IDLE: nothing came.
// NETFLOW_SESSION_ENDED: the connection of an exporter has ended; its templates are forgotten by the
// next call, so that `netflow_health_session_ended` can be called before. NETFLOW_END: it was stopped,
// and everything received before has been returned.
//
// `datagram` may be NULL; else its `size` is set by `netflow_datagram_init`, and what was received is
// written there: all of it after NETFLOW_OK and NETFLOW_ERROR_UNREADABLE, the exporter after
// NETFLOW_SESSION_ENDED. Its octets belong to the listener until the next call with `listener`.
//
// Pointers:
//
// `listener` and `decoder` are NULL or handles that are not freed, and no other thread uses them but
// for `netflow_listener_stop`. Nothing is used any more that another decoder returned of the last
// datagram of this listener. `datagram` is NULL or points to a datagram whose `size` is right.
netflow_result netflow_receive(struct netflow_listener *listener,
                               struct netflow_decoder *decoder,
                               struct netflow_datagram *datagram);

// Stops a listener: `netflow_receive` returns what was received before, then NETFLOW_END. It may be
// called by any thread and in signal handlers, any number of times.
//
// Pointers:
//
// `listener` is NULL or a handle that is not freed.
netflow_result netflow_listener_stop(const struct netflow_listener *listener);

// The descriptor that is readable while there is something to receive, for programs with an event loop
// of their own: set `idle` of the options to NETFLOW_AT_ONCE, and call `netflow_receive` until it
// returns NETFLOW_IDLE, when the descriptor is readable and a few times a second besides. -1 if there is
// none.
//
// Pointers:
//
// `listener` is NULL or a handle that is not freed.
int32_t netflow_listener_fd(const struct netflow_listener *listener);

// The address and port of a listener, counted from 0 in the order of the options, with the port that the
// system chose; NETFLOW_END after the last.
//
// Pointers:
//
// `listener` is NULL or a handle that is not freed. `address` is NULL, or an address may be written
// there, and `port` is NULL, or a number.
netflow_result netflow_listener_address(const struct netflow_listener *listener,
                                        size_t index,
                                        struct netflow_address *address,
                                        uint16_t *port);

// What a listener received, refused and lost so far. `size` is `sizeof(netflow_listener_stats)`.
//
// Pointers:
//
// `listener` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written
// there.
netflow_result netflow_listener_stats_read(const struct netflow_listener *listener,
                                           struct netflow_listener_stats *stats,
                                           size_t size);

// Writes the default options. `size` is `sizeof(netflow_relay_options)`.
//
// Pointers:
//
// `options` is NULL, or `size` octets may be written there.
netflow_result netflow_relay_options_init(struct netflow_relay_options *options,
                                          size_t size);

// Makes a relay: it forwards what decoders read, as IPFIX. `options` may be NULL, for all defaults.
//
// Each observation domain of each exporter becomes an observation domain of the relay, numbered from 1.
// Records keep their fields and octets; uptimes become times since 1970, and samples of sFlow records
// of their normalised fields.
//
// Pointers:
//
// `options` is NULL or points to options whose `size` is right. `relay` is NULL, or a pointer may be
// written there.
netflow_result netflow_relay_new(const struct netflow_relay_options *options,
                                 struct netflow_relay **relay);

// Frees a relay. NULL is ignored.
//
// Pointers:
//
// `relay` is NULL or a handle that is not freed and not in use by another thread.
void netflow_relay_free(struct netflow_relay *relay);

// Sends on the flows and options of the message that `decoder` decoded last: calls `send` for each message
// of IPFIX, with `user`. Flows that `netflow_filter_set` excludes are not sent.
//
// If `send` returns anything but 0, the result is NETFLOW_STOPPED: the other messages are not sent, the
// receiver sees their records as lost, and all templates are sent again before they are needed, so
// that the relay may go on with another connection.
//
// Pointers:
//
// `relay` and `decoder` are NULL or handles that are not freed, and `send` does not free them. `send` may
// be called with `user`.
netflow_result netflow_relay_forward(struct netflow_relay *relay,
                                     struct netflow_decoder *decoder,
                                     netflow_send_callback send,
                                     void *user);

// Sends each template again before the next record that uses it. A new receiver needs this: after a new
// connection, or at the start of a file.
//
// Pointers:
//
// `relay` is NULL or a handle that is not freed.
netflow_result netflow_relay_resend_templates(struct netflow_relay *relay);

// What a relay has sent so far. `size` is `sizeof(netflow_relay_stats)`.
//
// Pointers:
//
// `relay` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written there.
netflow_result netflow_relay_stats_read(const struct netflow_relay *relay,
                                        struct netflow_relay_stats *stats,
                                        size_t size);

// Writes the default options. `size` is `sizeof(netflow_source_options)`.
//
// Pointers:
//
// `options` is NULL, or `size` octets may be written there.
netflow_result netflow_source_options_init(struct netflow_source_options *options,
                                           size_t size);

// Opens a capture (pcap, pcapng) or an IPFIX file (RFC 5655), plain or compressed by gzip or zstd; it is
// recognised by its content. `options` may be NULL, for all defaults. If the file cannot be opened, a sentence
// for people says why: it is written to `message`, NUL-terminated and cut to `capacity`, unless that is 0.
// If an argument is invalid, nothing is written there.
// NETFLOW_ERROR_SYSTEM means that the system refuses, NETFLOW_ERROR_INPUT that the file is none of these.
//
// Pointers:
//
// `path` is a string that a NUL ends, or NULL. `options` is NULL or points to options whose `size` is
// right and whose `ports` is NULL or has as many items as they say; `read` may be called with `user`
// until the source is freed. `source` is NULL, or a pointer may be written there. `message` is NULL, or
// `capacity` octets may be written there.
netflow_result netflow_source_new(const char *path,
                                  const struct netflow_source_options *options,
                                  struct netflow_source **source,
                                  char *message,
                                  size_t capacity);

// Closes the file and frees the handle. The datagram returned last may not be used any more. NULL is
// ignored.
//
// Pointers:
//
// `source` is NULL or a handle that is not freed and not in use by another thread.
void netflow_source_free(struct netflow_source *source);

// Reads the next datagram, or message of a stream or of an IPFIX file, for `netflow_decode`. IP
// fragments, TCP streams and SCTP associations are reassembled, and tunnels entered, on the way.
//
// NETFLOW_OK: `datagram` is written, but for its size, which `netflow_datagram_init` sets. Its octets belong
// to the source until the next call with it. NETFLOW_SESSION_ENDED: another TCP connection begins
// between the same ports; `datagram` has the exporter and port for `netflow_end_session`. NETFLOW_END:
// there is nothing more. NETFLOW_ERROR_INPUT and NETFLOW_ERROR_SYSTEM: the file is damaged or cannot be
// read from here on, see `netflow_source_message`; everything before was returned, and NETFLOW_END
// follows.
//
// A capture has a time of its own: a decoder that reads it needs `template_lifetime` NETFLOW_NEVER.
//
// Pointers:
//
// `source` is NULL or a handle that is not freed. `datagram` is NULL or points to a datagram whose `size`
// is right.
netflow_result netflow_source_next(struct netflow_source *source,
                                   struct netflow_datagram *datagram);

// Why `netflow_source_next` failed: the file, what is wrong, and where. UTF-8 that a NUL ends; of length 0
// if it did not fail. It stays until the source is freed.
//
// Pointers:
//
// `source` is NULL or a handle that is not freed.
struct netflow_text netflow_source_message(const struct netflow_source *source);

// What a source has read so far. `size` is `sizeof(netflow_source_stats)`.
//
// Pointers:
//
// `source` is NULL or a handle that is not freed. `stats` is NULL, or `size` octets may be written there.
netflow_result netflow_source_stats_read(const struct netflow_source *source,
                                         struct netflow_source_stats *stats,
                                         size_t size);

// Begins to read a stream of IPFIX, as TCP and TLS carry it (RFC 7011, section 10.4): one handle for each
// connection. Messages may have `max_message` octets, or any length if it is 0.
//
// Pointers:
//
// `stream` is NULL, or a pointer may be written there.
netflow_result netflow_stream_new(size_t max_message,
                                  struct netflow_stream **stream);

// Frees a stream; also call `netflow_end_session` for its exporter. NULL is ignored.
//
// Pointers:
//
// `stream` is NULL or a handle that is not freed and not in use by another thread.
void netflow_stream_free(struct netflow_stream *stream);

// Takes octets as they were read from the connection; they are copied. All complete messages are to be
// taken by `netflow_stream_next` before the next call, so that no more than one message is held.
//
// Pointers:
//
// `stream` is NULL or a handle that is not freed. `octets` is NULL or has `len` octets.
netflow_result netflow_stream_push(struct netflow_stream *stream,
                                   const uint8_t *octets,
                                   size_t len);

// The next complete message, for `netflow_decode`: its octets and transport are written to `datagram`,
// other members stay as `netflow_datagram_init` and the caller set them. The octets belong to the stream
// until the next call with it. NETFLOW_END means that octets are missing. NETFLOW_ERROR_INPUT means that the
// connection does not carry IPFIX, or no longer does: it is to be closed, and `netflow_last_error` with NULL
// says why.
//
// Pointers:
//
// `stream` is NULL or a handle that is not freed. `datagram` is NULL or points to a datagram whose `size` is
// right.
netflow_result netflow_stream_next(struct netflow_stream *stream,
                                   struct netflow_datagram *datagram);

// Octets of a message that is not complete: not 0 at the end of a connection that was cut. 0 if `stream` is
// NULL.
//
// Pointers:
//
// `stream` is NULL or a handle that is not freed.
size_t netflow_stream_pending(struct netflow_stream *stream);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/* Whether the header is of this version or a later one: NETFLOW_VERSION_AT_LEAST(0, 1, 0). */
#define NETFLOW_VERSION_AT_LEAST(major, minor, patch)                                       \
  (NETFLOW_VERSION_MAJOR > (major) ||                                                       \
   (NETFLOW_VERSION_MAJOR == (major) &&                                                     \
    (NETFLOW_VERSION_MINOR > (minor) ||                                                     \
     (NETFLOW_VERSION_MINOR == (minor) && NETFLOW_VERSION_PATCH >= (patch)))))

/* Whether a flow has a field: NETFLOW_HAS(&flow, NETFLOW_FIELD_OCTETS). */
#define NETFLOW_HAS(flow, field) \
  ((((flow)->present[(unsigned)(field) / 64u]) >> ((unsigned)(field) % 64u) & 1u) != 0)

/* Asks for a field: NETFLOW_ADD(options.fields, NETFLOW_FIELD_OCTETS). After the first only the
   requested fields are filled. */
#define NETFLOW_ADD(fields, field) \
  ((fields)[(unsigned)(field) / 64u] |= (uint64_t)1 << ((unsigned)(field) % 64u))

/* For netflow_datagram.received: the present time. */
#define NETFLOW_NOW INT64_MIN

/* For life times in options: never. */
#define NETFLOW_NEVER ((int64_t)-1)

/* For netflow_listener_options.idle: do not wait. */
#define NETFLOW_AT_ONCE ((int64_t)-1)

/* Every field of a flow, for programs that generate code: X(number, member, type), where the type is
   U8, U16, U32, U64, FLAG, ADDRESS, MAC, TIME, DURATION, TEXT, OCTETS, NAME, APPLICATION or
   NUMBERS. */
#define NETFLOW_FLOW_FIELDS(X) \
  X(NETFLOW_FIELD_EXPORTER_ADDRESS, exporter_address, ADDRESS) \
  X(NETFLOW_FIELD_EXPORTER_PORT, exporter_port, U16) \
  X(NETFLOW_FIELD_AGENT_ADDRESS, agent_address, ADDRESS) \
  X(NETFLOW_FIELD_EXPORT_PROTOCOL, export_protocol, NAME) \
  X(NETFLOW_FIELD_OBSERVATION_DOMAIN, observation_domain, U32) \
  X(NETFLOW_FIELD_TEMPLATE_ID, template_id, U16) \
  X(NETFLOW_FIELD_SEQUENCE, sequence, U32) \
  X(NETFLOW_FIELD_RECEIVED, received, TIME) \
  X(NETFLOW_FIELD_EXPORT_TIME, export_time, TIME) \
  X(NETFLOW_FIELD_LATE, late, FLAG) \
  X(NETFLOW_FIELD_FRAME, frame, U64) \
  X(NETFLOW_FIELD_START, start, TIME) \
  X(NETFLOW_FIELD_END, end, TIME) \
  X(NETFLOW_FIELD_DURATION, duration, DURATION) \
  X(NETFLOW_FIELD_CLOCK, clock, NAME) \
  X(NETFLOW_FIELD_CLOCK_SUSPECT, clock_suspect, FLAG) \
  X(NETFLOW_FIELD_SOURCE_ADDRESS, source_address, ADDRESS) \
  X(NETFLOW_FIELD_DESTINATION_ADDRESS, destination_address, ADDRESS) \
  X(NETFLOW_FIELD_SOURCE_PORT, source_port, U16) \
  X(NETFLOW_FIELD_DESTINATION_PORT, destination_port, U16) \
  X(NETFLOW_FIELD_PROTOCOL, protocol, U8) \
  X(NETFLOW_FIELD_OCTETS, octets, U64) \
  X(NETFLOW_FIELD_PACKETS, packets, U64) \
  X(NETFLOW_FIELD_REVERSE_OCTETS, reverse_octets, U64) \
  X(NETFLOW_FIELD_REVERSE_PACKETS, reverse_packets, U64) \
  X(NETFLOW_FIELD_SAMPLING_RATE, sampling_rate, U64) \
  X(NETFLOW_FIELD_SAMPLING, sampling, NAME) \
  X(NETFLOW_FIELD_SAMPLER_NAME, sampler_name, TEXT) \
  X(NETFLOW_FIELD_OCTETS_SCALED, octets_scaled, U64) \
  X(NETFLOW_FIELD_PACKETS_SCALED, packets_scaled, U64) \
  X(NETFLOW_FIELD_TCP_FLAGS, tcp_flags, U16) \
  X(NETFLOW_FIELD_TOS, tos, U8) \
  X(NETFLOW_FIELD_IP_VERSION, ip_version, U8) \
  X(NETFLOW_FIELD_TTL, ttl, U8) \
  X(NETFLOW_FIELD_MIN_TTL, min_ttl, U8) \
  X(NETFLOW_FIELD_MAX_TTL, max_ttl, U8) \
  X(NETFLOW_FIELD_FRAGMENT_ID, fragment_id, U32) \
  X(NETFLOW_FIELD_FRAGMENT_OFFSET, fragment_offset, U16) \
  X(NETFLOW_FIELD_IPV6_FLOW_LABEL, ipv6_flow_label, U32) \
  X(NETFLOW_FIELD_ETHER_TYPE, ether_type, U16) \
  X(NETFLOW_FIELD_ICMP_TYPE, icmp_type, U8) \
  X(NETFLOW_FIELD_ICMP_CODE, icmp_code, U8) \
  X(NETFLOW_FIELD_INPUT_INTERFACE, input_interface, U32) \
  X(NETFLOW_FIELD_OUTPUT_INTERFACE, output_interface, U32) \
  X(NETFLOW_FIELD_INPUT_INTERFACE_NAME, input_interface_name, TEXT) \
  X(NETFLOW_FIELD_OUTPUT_INTERFACE_NAME, output_interface_name, TEXT) \
  X(NETFLOW_FIELD_SOURCE_MAC, source_mac, MAC) \
  X(NETFLOW_FIELD_DESTINATION_MAC, destination_mac, MAC) \
  X(NETFLOW_FIELD_VLAN, vlan, U16) \
  X(NETFLOW_FIELD_POST_VLAN, post_vlan, U16) \
  X(NETFLOW_FIELD_MPLS_LABELS, mpls_labels, NUMBERS) \
  X(NETFLOW_FIELD_NEXT_HOP, next_hop, ADDRESS) \
  X(NETFLOW_FIELD_BGP_NEXT_HOP, bgp_next_hop, ADDRESS) \
  X(NETFLOW_FIELD_SOURCE_AS, source_as, U32) \
  X(NETFLOW_FIELD_DESTINATION_AS, destination_as, U32) \
  X(NETFLOW_FIELD_NEXT_AS, next_as, U32) \
  X(NETFLOW_FIELD_AS_PATH, as_path, NUMBERS) \
  X(NETFLOW_FIELD_COMMUNITIES, communities, NUMBERS) \
  X(NETFLOW_FIELD_SOURCE_PREFIX_LENGTH, source_prefix_length, U8) \
  X(NETFLOW_FIELD_DESTINATION_PREFIX_LENGTH, destination_prefix_length, U8) \
  X(NETFLOW_FIELD_INGRESS_VRF, ingress_vrf, U32) \
  X(NETFLOW_FIELD_EGRESS_VRF, egress_vrf, U32) \
  X(NETFLOW_FIELD_INGRESS_VRF_NAME, ingress_vrf_name, TEXT) \
  X(NETFLOW_FIELD_EGRESS_VRF_NAME, egress_vrf_name, TEXT) \
  X(NETFLOW_FIELD_POST_NAT_SOURCE_ADDRESS, post_nat_source_address, ADDRESS) \
  X(NETFLOW_FIELD_POST_NAT_DESTINATION_ADDRESS, post_nat_destination_address, ADDRESS) \
  X(NETFLOW_FIELD_POST_NAT_SOURCE_PORT, post_nat_source_port, U16) \
  X(NETFLOW_FIELD_POST_NAT_DESTINATION_PORT, post_nat_destination_port, U16) \
  X(NETFLOW_FIELD_DIRECTION, direction, U8) \
  X(NETFLOW_FIELD_FORWARDING_STATUS, forwarding_status, U32) \
  X(NETFLOW_FIELD_DROP_REASON, drop_reason, U32) \
  X(NETFLOW_FIELD_FLOW_END_REASON, flow_end_reason, U8) \
  X(NETFLOW_FIELD_FIREWALL_EVENT, firewall_event, U8) \
  X(NETFLOW_FIELD_FIREWALL_EXTENDED_EVENT, firewall_extended_event, U16) \
  X(NETFLOW_FIELD_INGRESS_ACL, ingress_acl, OCTETS) \
  X(NETFLOW_FIELD_EGRESS_ACL, egress_acl, OCTETS) \
  X(NETFLOW_FIELD_NAT_EVENT, nat_event, U8) \
  X(NETFLOW_FIELD_APPLICATION_ID, application_id, APPLICATION) \
  X(NETFLOW_FIELD_APPLICATION_NAME, application_name, TEXT) \
  X(NETFLOW_FIELD_USER_NAME, user_name, TEXT) \
  X(NETFLOW_FIELD_FLOW_ID, flow_id, U64) \
  X(NETFLOW_FIELD_TUNNEL_TYPE, tunnel_type, NAME) \
  X(NETFLOW_FIELD_TUNNEL_ID, tunnel_id, U64) \
  X(NETFLOW_FIELD_INNER_SOURCE_ADDRESS, inner_source_address, ADDRESS) \
  X(NETFLOW_FIELD_INNER_DESTINATION_ADDRESS, inner_destination_address, ADDRESS) \
  X(NETFLOW_FIELD_INNER_SOURCE_PORT, inner_source_port, U16) \
  X(NETFLOW_FIELD_INNER_DESTINATION_PORT, inner_destination_port, U16) \
  X(NETFLOW_FIELD_INNER_PROTOCOL, inner_protocol, U8) \
  X(NETFLOW_FIELD_COUNTERS, counters, NAME) \
  X(NETFLOW_FIELD_DSCP, dscp, U8) \
  X(NETFLOW_FIELD_ECN, ecn, U8) \
  X(NETFLOW_FIELD_POST_DSCP, post_dscp, U8) \
  X(NETFLOW_FIELD_CUSTOMER_VLAN, customer_vlan, U16) \
  X(NETFLOW_FIELD_POST_CUSTOMER_VLAN, post_customer_vlan, U16) \
  X(NETFLOW_FIELD_ORIGINAL_EXPORTER_ADDRESS, original_exporter_address, ADDRESS) \
  X(NETFLOW_FIELD_ORIGINAL_DOMAIN, original_domain, U32) \
  X(NETFLOW_FIELD_BIFLOW_DIRECTION, biflow_direction, U8) \
  X(NETFLOW_FIELD_NAT_PORT_BLOCK_START, nat_port_block_start, U16) \
  X(NETFLOW_FIELD_NAT_PORT_BLOCK_END, nat_port_block_end, U16) \
  X(NETFLOW_FIELD_NAT_PORT_BLOCK_STEP, nat_port_block_step, U16) \
  X(NETFLOW_FIELD_NAT_PORT_BLOCK_SIZE, nat_port_block_size, U16) \
  X(NETFLOW_FIELD_SOURCE_COMMUNITIES, source_communities, NUMBERS) \
  X(NETFLOW_FIELD_EXTENDED_COMMUNITIES, extended_communities, NUMBERS) \
  X(NETFLOW_FIELD_LARGE_COMMUNITIES, large_communities, NUMBERS) \
  X(NETFLOW_FIELD_TUNNEL_SOURCE_ADDRESS, tunnel_source_address, ADDRESS) \
  X(NETFLOW_FIELD_TUNNEL_DESTINATION_ADDRESS, tunnel_destination_address, ADDRESS) \
  X(NETFLOW_FIELD_STATION_MAC, station_mac, MAC) \
  X(NETFLOW_FIELD_STATION_ADDRESS, station_address, ADDRESS)

#endif /* NETFLOW_H */
