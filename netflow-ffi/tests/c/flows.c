/* Flows as JSON, taken each way. Times are nanoseconds; text has the octets that were sent. */
#include "tests.h"

void print_text(netflow_text text) {
  size_t i;
  putchar('"');
  for (i = 0; i < text.len; i++) {
    unsigned char octet = (unsigned char)text.data[i];
    if (octet == '"' || octet == '\\') {
      printf("\\%c", octet);
    } else if (octet < 0x20) {
      printf("\\u%04x", octet);
    } else {
      putchar(octet);
    }
  }
  putchar('"');
}

void print_hex(const unsigned char *octets, size_t len) {
  size_t i;
  putchar('"');
  for (i = 0; i < len; i++) printf("%02x", octets[i]);
  putchar('"');
}

void print_address(const netflow_address *address) {
  char text[64];
  CHECK(netflow_address_text(address, text, sizeof text) == NETFLOW_OK);
  printf("\"%s\"", text);
}

static void print_U8(const uint8_t *value) { printf("%u", (unsigned)*value); }
static void print_U16(const uint16_t *value) { printf("%u", (unsigned)*value); }
static void print_U32(const uint32_t *value) { printf("%" PRIu32, *value); }
static void print_U64(const uint64_t *value) { printf("%" PRIu64, *value); }
static void print_FLAG(const bool *value) { fputs(*value ? "true" : "false", stdout); }
static void print_ADDRESS(const netflow_address *value) { print_address(value); }
static void print_TIME(const int64_t *value) { printf("%" PRId64, *value); }
static void print_DURATION(const int64_t *value) { printf("%" PRId64, *value); }
static void print_TEXT(const netflow_text *value) { print_text(*value); }
static void print_NAME(const netflow_text *value) { print_text(*value); }
static void print_OCTETS(const netflow_octets *value) { print_hex(value->data, value->len); }

static void print_MAC(const netflow_mac *value) {
  const uint8_t *o = value->octets;
  printf("\"%02x:%02x:%02x:%02x:%02x:%02x\"", o[0], o[1], o[2], o[3], o[4], o[5]);
}

static void print_APPLICATION(const netflow_application *value) {
  size_t i;
  size_t enterprise = value->engine == 20 && value->octets.len >= 4 ? 4 : 0;
  printf("\"%u:", (unsigned)value->engine);
  if (enterprise != 0) printf("%" PRIu32 ":", value->enterprise_number);
  if (value->octets.len > enterprise && value->octets.len - enterprise <= 8) {
    printf("%" PRIu64, value->selector);
  } else {
    for (i = 0; i < value->octets.len; i++) printf("%02x", value->octets.data[i]);
  }
  putchar('"');
}

static void print_NUMBERS(const netflow_numbers *value) {
  size_t i;
  putchar('[');
  for (i = 0; i < value->count; i++) printf("%s%" PRIu32, i == 0 ? "" : ",", value->data[i]);
  putchar(']');
}

void print_flow(const netflow_flow *flow) {
  const char *separator = "";
  putchar('{');
#define PRINT(number, member, type)                  \
  if (NETFLOW_HAS(flow, number)) {                   \
    printf("%s\"%s\":", separator, #member);         \
    print_##type(&flow->member);                     \
    separator = ",";                                 \
  }
  NETFLOW_FLOW_FIELDS(PRINT)
#undef PRINT
  puts("}");
}

/* Fields that were not asked for are not written. */
#define UNTOUCHED 0xa5

static void batch(netflow_decoder *decoder, netflow_flow *flows, size_t capacity) {
  size_t count = 99;
  size_t i;
  netflow_result result;
  memset(flows, UNTOUCHED, capacity * sizeof *flows);
  while ((result = netflow_flows(decoder, flows, sizeof *flows, capacity, &count)) == NETFLOW_OK) {
    CHECK(count > 0 && count <= capacity);
    for (i = 0; i < count; i++) print_flow(&flows[i]);
  }
  CHECK(result == NETFLOW_END && count == 0);
}

static int print_each(const netflow_flow *flow, void *user) {
  size_t *count = (size_t *)user;
  print_flow(flow);
  ++*count;
  return 0;
}

/* Two fields are asked for, and nothing else is written. */
static void masked(netflow_decoder *decoder) {
  netflow_flow flows[4];
  netflow_flow untouched;
  size_t count;
  size_t i;
  memset(&untouched, UNTOUCHED, sizeof untouched);
  memset(flows, UNTOUCHED, sizeof flows);
  while (netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_OK) {
    for (i = 0; i < count; i++) {
      print_flow(&flows[i]);
#define SAME(number, member, type)                                                       \
  if ((number) != NETFLOW_FIELD_OCTETS && (number) != NETFLOW_FIELD_SOURCE_ADDRESS) {    \
    CHECK(!NETFLOW_HAS(&flows[i], number));                                              \
    CHECK(memcmp(&flows[i].member, &untouched.member, sizeof untouched.member) == 0);    \
  }
      NETFLOW_FLOW_FIELDS(SAME)
#undef SAME
    }
  }
}

int run_dump(const char *way, int files, char **paths) {
  int i;
  size_t capacity = strcmp(way, "single") == 0 ? 1 : 100;
  netflow_flow *flows = (netflow_flow *)malloc(capacity * sizeof *flows);
  CHECK(flows != NULL);
  for (i = 0; i < files; i++) {
    netflow_decoder *decoder = decoder_for_files(0);
    input in = input_open(paths[i]);
    netflow_datagram datagram;
    int begins_session;
    if (strcmp(way, "masked") == 0) {
      netflow_options options;
      netflow_decoder_free(decoder);
      CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
      options.template_lifetime = NETFLOW_NEVER;
      options.fields[0] = options.fields[1] = 0;
      NETFLOW_ADD(options.fields, NETFLOW_FIELD_OCTETS);
      NETFLOW_ADD(options.fields, NETFLOW_FIELD_SOURCE_ADDRESS);
      CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_OK);
    }
    printf("{\"input\":\"%s\"}\n", strrchr(paths[i], '/') + 1);
    while (input_next(&in, &datagram, &begins_session)) {
      if (decode_next(decoder, &datagram, begins_session) != NETFLOW_OK) continue;
      if (strcmp(way, "callback") == 0) {
        size_t count = 0;
        CHECK(netflow_each_flow(decoder, print_each, &count) == NETFLOW_OK);
      } else if (strcmp(way, "masked") == 0) {
        masked(decoder);
      } else {
        batch(decoder, flows, capacity);
      }
    }
    input_close(&in);
    netflow_decoder_free(decoder);
  }
  free(flows);
  return 0;
}
