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
