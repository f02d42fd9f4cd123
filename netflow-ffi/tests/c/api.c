/* The promises of the header, one by one. */
#include "tests.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

/* IPFIX: a template of source address, port and octets, and two records. */
static const unsigned char message[] = {
    0, 10, 0, 68, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7,
    0, 2, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 11, 0, 2, 0, 1, 0, 8,
    1, 0, 0, 32, 192, 0, 2, 1, 0, 53, 0, 0, 0, 0, 0, 0, 5, 0xdc,
    192, 0, 2, 2, 0, 80, 0, 0, 0, 0, 0, 0, 0, 9};

static netflow_datagram datagram_of(const unsigned char *payload, size_t len) {
  netflow_datagram datagram;
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(50000);
  address.sin_addr.s_addr = htonl(0xc6336401);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, &address, sizeof address) == NETFLOW_OK);
  CHECK(datagram.exporter.family == 4 && datagram.port == 50000);
  datagram.payload = payload;
  datagram.payload_len = len;
  datagram.received = INT64_C(1618136401000000000);
  datagram.input = 3;
  datagram.frame = 42;
  return datagram;
}

static netflow_decoder *decoder_with(const netflow_options *options) {
  netflow_decoder *decoder = NULL;
  CHECK(netflow_decoder_new(options, &decoder) == NETFLOW_OK);
  CHECK(decoder != NULL);
  return decoder;
}

static netflow_decoder *decoded(void) {
  netflow_decoder *decoder = decoder_with(NULL);
  netflow_datagram datagram = datagram_of(message, sizeof message);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  return decoder;
}

static void flows_are_what_was_sent(void) {
  netflow_decoder *decoder = decoded();
  netflow_flow flows[4];
  size_t count = 0;
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_OK);
  CHECK(count == 2);
  CHECK(NETFLOW_HAS(&flows[0], NETFLOW_FIELD_SOURCE_ADDRESS));
  CHECK(flows[0].source_address.family == 4);
  CHECK(memcmp(flows[0].source_address.octets, "\300\0\2\1", 4) == 0);
  CHECK(flows[0].destination_port == 53 && flows[1].destination_port == 80);
  CHECK(flows[0].octets == 1500 && flows[1].octets == 9);
  CHECK(!NETFLOW_HAS(&flows[0], NETFLOW_FIELD_SOURCE_PORT) && flows[0].source_port == 0);
  CHECK(flows[0].frame == 42 && flows[0].observation_domain == 7);
  CHECK(flows[0].export_protocol.len == 5);
  CHECK(strcmp(flows[0].export_protocol.data, "ipfix") == 0);
  /* The record is in the caller's payload. */
  CHECK(flows[0].record.data == message + 40 && flows[0].record.len == 14);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_END && count == 0);
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 1, &count) == NETFLOW_OK && count == 1);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flows[0].octets == 9);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 0, &count) == NETFLOW_ERROR_SPACE);
  CHECK(count == 0);
  netflow_decoder_free(decoder);
}

static void programs_of_another_version_work(void) {
  netflow_decoder *decoder = decoded();
  /* An older program, that knows the fields up to `octets`. */
  size_t old_size = offsetof(netflow_flow, packets);
  unsigned char rows[2 * sizeof(netflow_flow) + 64];
  unsigned char *start = rows + (8 - (uintptr_t)rows % 8) % 8;
  netflow_flow flow;
  size_t count;
  size_t i;
  memset(rows, 0xa5, sizeof rows);
  CHECK(netflow_flows(decoder, (netflow_flow *)(void *)start, old_size, 1, &count) == NETFLOW_OK);
  CHECK(count == 1);
  memcpy(&flow, start, old_size);
  CHECK(flow.octets == 1500);
  CHECK(NETFLOW_HAS(&flow, NETFLOW_FIELD_OCTETS));
  for (i = old_size; start + i < rows + sizeof rows; i++) CHECK(start[i] == 0xa5);
  /* A newer one, whose flow is longer by a member that the library does not know. */
  CHECK(netflow_flows(decoder, (netflow_flow *)(void *)start, sizeof flow + 8, 1, &count) ==
        NETFLOW_OK);
  memcpy(&flow, start, sizeof flow);
  CHECK(count == 1 && flow.octets == 9);
  netflow_decoder_free(decoder);
}

static void options_of_another_version_are_read(void) {
  struct {
    netflow_options known;
    uint64_t unknown;
  } options;
  netflow_decoder *decoder = NULL;
  /* An older program, that has no options after `rate_count`; what follows is not its own. */
  memset(&options, 0xa5, sizeof options);
  memset(&options, 0, offsetof(netflow_options, override_rates));
  options.known.size = offsetof(netflow_options, override_rates);
  decoder = decoder_with(&options.known);
  netflow_decoder_free(decoder);
  /* A newer program, that asks for nothing this library does not know. */
  memset(&options, 0, sizeof options);
  options.known.size = sizeof options;
  options.known.templates = 5;
  decoder = decoder_with(&options.known);
  netflow_decoder_free(decoder);
  /* And one that does. */
  options.unknown = 1;
  decoder = NULL;
  CHECK(netflow_decoder_new(&options.known, &decoder) == NETFLOW_ERROR_SIZE && decoder == NULL);
}

static void wrong_arguments_are_reported(void) {
  netflow_decoder *decoder = decoded();
  netflow_decoder *made = NULL;
  netflow_datagram datagram = datagram_of(message, sizeof message);
  netflow_options options;
  netflow_rate rate;
  netflow_flow flows[2];
  netflow_set set;
  netflow_error error;
  size_t count;
  unsigned char room[sizeof(netflow_flow) + 8];
  /* An odd address, for any alignment of `room`. */
  unsigned char *odd = room + 1 - (uintptr_t)room % 2;

  CHECK(netflow_decode(NULL, &datagram) == NETFLOW_ERROR_NULL);
  CHECK(netflow_decode(decoder, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_decode((netflow_decoder *)(void *)odd, &datagram) == NETFLOW_ERROR_MISALIGNED);
  CHECK(netflow_decode(decoder, (netflow_datagram *)(void *)odd) == NETFLOW_ERROR_MISALIGNED);
  datagram.payload = NULL;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_NULL);
  CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.result == NETFLOW_ERROR_NULL && strstr(error.detail.data, "payload") != NULL);
  datagram = datagram_of(message, sizeof message);
  datagram.size = 8;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_SIZE);
  datagram = datagram_of(message, sizeof message);
  datagram.exporter.family = 5;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_ARGUMENT);
  datagram = datagram_of(message, sizeof message);
  datagram.transport = 9;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_ARGUMENT);
  datagram = datagram_of(message, (size_t)-1);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_SIZE);

  datagram = datagram_of(message, sizeof message);
  datagram.size = (size_t)1 << 40;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_SIZE);
  datagram = datagram_of(message, sizeof message);
  datagram.reserved = 1;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_ARGUMENT);

  /* Each of that ended the message: its octets may be gone. */
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 2, &count) == NETFLOW_ERROR_NO_MESSAGE);
  datagram = datagram_of(message, sizeof message);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_end_session(decoder, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 2, &count) == NETFLOW_ERROR_NO_MESSAGE);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_load(decoder, NULL, 9, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 2, &count) == NETFLOW_ERROR_NO_MESSAGE);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);

  /* What takes nothing ends nothing. */
  CHECK(netflow_flows(decoder, NULL, sizeof flows[0], 2, &count) == NETFLOW_ERROR_NULL);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 2, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_flows(decoder, (netflow_flow *)(void *)odd, sizeof flows[0], 1, &count) ==
        NETFLOW_ERROR_MISALIGNED);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0] - 4, 1, &count) == NETFLOW_ERROR_MISALIGNED);
  CHECK(netflow_flows(decoder, flows, 16, 1, &count) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_flows(decoder, flows, 4096, 1, &count) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], (size_t)-1, &count) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_each_flow(decoder, NULL, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_next_set(decoder, &set, 8) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_next_set(decoder, &set, 4096) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_next_set(decoder, NULL, sizeof set) == NETFLOW_ERROR_NULL);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 2, &count) == NETFLOW_OK && count == 2);

  CHECK(netflow_decoder_new(NULL, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_options_init(&options, 8) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(options.fields[0] == 0 && options.fields[1] == 0);
  options.flags = 1u << 31;
  made = (netflow_decoder *)(void *)room; /* what a program would free */
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_ARGUMENT);
  options.flags = 0;
  options.scope = 7;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_ARGUMENT);
  options.scope = 0;
  options.options_scope = 2;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_ARGUMENT);
  options.options_scope = NETFLOW_OPTIONS_SCOPE_DOMAIN;
  options.override_rate_count = 3;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_NULL);
  options.override_rate_count = 0;
  options.reserved = 1;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_ARGUMENT);
  options.reserved = 0;
  options.template_lifetime = -5;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_ARGUMENT);
  options.template_lifetime = 0;
  options.rate_count = 3;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_NULL);
  memset(&rate, 0, sizeof rate);
  rate.address.family = 4;
  rate.prefix_len = 33;
  rate.rate = 10;
  options.rates = &rate;
  options.rate_count = 1;
  CHECK(netflow_decoder_new(&options, &made) == NETFLOW_ERROR_ARGUMENT);
  CHECK(made == NULL);
  netflow_decoder_free(NULL);
  netflow_decoder_free(decoder);
}

static void what_cannot_be_read_is_reported_with_its_offset(void) {
  static const unsigned char cut[] = {0, 9, 0, 1, 0};
  netflow_decoder *decoder = decoder_with(NULL);
  netflow_datagram datagram = datagram_of(cut, sizeof cut);
  netflow_error error;
  netflow_flow flow;
  netflow_stats stats;
  uint64_t problems = 99;
  size_t count;
  CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_END);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_ERROR_NO_MESSAGE);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_UNREADABLE);
  CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.result == NETFLOW_ERROR_UNREADABLE && error.reason == NETFLOW_REASON_CUT);
  CHECK(error.offset == 0 && error.detail.data[error.detail.len] == '\0');
  CHECK(strcmp(error.detail.data, "v9 header needs 20 octets, 5 are left") == 0);
  CHECK(netflow_stats_read(decoder, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(stats.datagrams == 1 && stats.unreadable == 1 && stats.octets == 5);
  CHECK(netflow_problem_count(decoder, NETFLOW_REASON_CUT, &problems) == NETFLOW_OK);
  CHECK(problems == 1);
  CHECK(netflow_problem_count(decoder, 9999, &problems) == NETFLOW_ERROR_UNKNOWN);
  CHECK(strcmp(netflow_strerror(NETFLOW_ERROR_UNREADABLE), "done") != 0);
  CHECK(strcmp(netflow_strerror(NETFLOW_OK), "done") == 0);
  CHECK(netflow_strerror(-12345) != NULL);
  netflow_decoder_free(decoder);
}

typedef struct context {
  netflow_decoder *decoder;
  int count;
  int stop_at;
  int breaks;
} context;

static int each(const netflow_flow *flow, void *user) {
  context *with = (context *)user;
  netflow_stats stats;
  netflow_record record;
  netflow_field field;
  with->count++;
  CHECK(flow->octets == (with->count == 1 ? 1500u : 9u));
  /* The handle may be looked at. */
  CHECK(netflow_stats_read(with->decoder, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(stats.records == 2);
  CHECK(netflow_find_record(with->decoder, flow->record.data, &record, sizeof record) ==
        NETFLOW_OK);
  CHECK(record.template_id == 256 && record.field_count == 3);
  CHECK(netflow_next_field(with->decoder, &field, sizeof field) == NETFLOW_OK);
  CHECK(field.id == 8 && field.value.octets.data == flow->record.data);
  CHECK(netflow_each_flow(with->decoder, each, with) == NETFLOW_ERROR_BUSY);
  if (with->breaks) {
    netflow_datagram datagram = datagram_of(message, sizeof message);
    CHECK(netflow_decode(with->decoder, &datagram) == NETFLOW_OK);
  }
  return with->count == with->stop_at;
}

static void a_callback_gets_every_flow(void) {
  context with;
  memset(&with, 0, sizeof with);
  with.decoder = decoded();
  CHECK(netflow_each_flow(with.decoder, each, &with) == NETFLOW_OK && with.count == 2);
  with.count = 0;
  with.stop_at = 1;
  CHECK(netflow_each_flow(with.decoder, each, &with) == NETFLOW_STOPPED && with.count == 1);
  with.count = 0;
  with.stop_at = 0;
  with.breaks = 1;
  CHECK(netflow_each_flow(with.decoder, each, &with) == NETFLOW_ERROR_BUSY && with.count == 1);
  netflow_decoder_free(with.decoder);
}

static int count_domains(const netflow_domain *domain, void *user) {
  context *with = (context *)user;
  netflow_stats stats;
  with->count++;
  CHECK(domain->observation_domain == 7 && domain->messages == 1 && domain->templates == 1);
  CHECK(domain->exporter.family == 4 && domain->protocol == NETFLOW_PROTOCOL_IPFIX);
  CHECK(netflow_stats_read(with->decoder, &stats, sizeof stats) == NETFLOW_ERROR_BUSY);
  return 0;
}

static void domains_are_reported(void) {
  context with;
  memset(&with, 0, sizeof with);
  with.decoder = decoded();
  CHECK(netflow_each_domain(with.decoder, count_domains, &with) == NETFLOW_OK && with.count == 1);
  netflow_decoder_free(with.decoder);
}

static void state_survives_a_restart(void) {
  netflow_decoder *decoder = decoded();
  netflow_decoder *next = decoder_with(NULL);
  netflow_octets snapshot;
  netflow_load_report report;
  netflow_datagram datagram;
  netflow_flow flow;
  unsigned char data[48];
  size_t count;
  CHECK(netflow_save(decoder, &snapshot) == NETFLOW_OK);
  CHECK(netflow_load(next, snapshot.data, snapshot.len, &report, sizeof report) == NETFLOW_OK);
  CHECK(report.domains == 1 && report.templates == 1 && report.refused == 0);
  CHECK(netflow_load(next, snapshot.data, snapshot.len - 1, NULL, 0) == NETFLOW_ERROR_SNAPSHOT);
  CHECK(netflow_load(next, NULL, 0, NULL, 0) == NETFLOW_ERROR_SNAPSHOT);
  /* What the handle returned may be passed back to it. */
  CHECK(netflow_load(decoder, snapshot.data, snapshot.len, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_ERROR_NO_MESSAGE);
  netflow_decoder_free(decoder);

  /* Only the data of the message; its template comes from the snapshot. */
  memcpy(data, message, 16);
  data[3] = 48;
  memcpy(data + 16, message + 36, 32);
  datagram = datagram_of(data, sizeof data);
  CHECK(netflow_decode(next, &datagram) == NETFLOW_OK);
  CHECK(netflow_flows(next, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flow.octets == 1500);
  netflow_decoder_free(next);
}

/* NetFlow v9: template 256 of 1, 2, 23 and 24, and one record of 100, 2, 60 and 1. */
static const unsigned char second[] = {
    0, 9, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0,
    0, 0, 0, 24, 1, 0, 0, 4, 0, 1, 0, 4, 0, 2, 0, 4, 0, 23, 0, 4, 0, 24, 0, 4,
    1, 0, 0, 20, 0, 0, 0, 100, 0, 0, 0, 2, 0, 0, 0, 60, 0, 0, 0, 1};

static void options_are_obeyed(void) {
  netflow_options options;
  netflow_options read_back;
  netflow_definition definition;
  netflow_rate rate;
  netflow_counters counters;
  netflow_decoder *decoder;
  netflow_datagram datagram;
  netflow_flow flow;
  netflow_set set;
  netflow_record record;
  netflow_field field;
  unsigned char own[sizeof message];
  size_t count;
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(options.size == sizeof options && options.templates == 4096 && options.list_depth == 4);
  CHECK(options.state_octets == (size_t)64 << 20);
  memset(&definition, 0, sizeof definition);
  definition.enterprise_number = 0;
  definition.id = 32000;
  definition.data_type = NETFLOW_TYPE_UNSIGNED16;
  definition.name = "queueDepth";
  memset(&rate, 0, sizeof rate);
  rate.address.family = 4;
  memcpy(rate.address.octets, "\306\63\144\0", 4);
  rate.prefix_len = 24;
  rate.rate = 1000;
  options.definitions = &definition;
  options.definition_count = 1;
  options.rates = &rate;
  options.rate_count = 1;
  options.templates = 17;
  options.list_depth = 0;
  decoder = decoder_with(&options);
  CHECK(netflow_decoder_options(decoder, &read_back, sizeof read_back) == NETFLOW_OK);
  CHECK(read_back.templates == 17 && read_back.list_depth == 4 && read_back.definition_count == 0);
  CHECK(read_back.hash_seed != 0);

  /* The port of the template becomes the element that is defined. */
  memcpy(own, message, sizeof own);
  own[28] = 0x7d;
  own[29] = 0;
  datagram = datagram_of(own, sizeof own);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flow.sampling_rate == 1000 && flow.octets_scaled == 1500000);
  CHECK(flow.sampling.len == 10 && memcmp(flow.sampling.data, "configured", 10) == 0);
  CHECK(!NETFLOW_HAS(&flow, NETFLOW_FIELD_DESTINATION_PORT));
  CHECK(netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK);
  CHECK(set.kind == NETFLOW_SET_TEMPLATES);
  CHECK(netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK);
  CHECK(set.kind == NETFLOW_SET_DATA && set.id == 256 && !set.late);
  CHECK(set.header.protocol == NETFLOW_PROTOCOL_IPFIX && set.header.sequence == 1);
  CHECK(set.header.input == 3 && set.header.frame == 42);
  CHECK(netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK);
  CHECK(netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK);
  CHECK(netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK);
  CHECK(field.name.len == 10 && memcmp(field.name.data, "queueDepth", 10) == 0);
  CHECK(field.value.data_type == NETFLOW_TYPE_UNSIGNED16 && field.length == 2);
  CHECK(netflow_enter(decoder) == NETFLOW_END);
  netflow_decoder_free(decoder);

  /* An override comes before every other rate; it is copied, as those are. */
  options.override_rates = &rate;
  options.override_rate_count = 1;
  options.options_scope = NETFLOW_OPTIONS_SCOPE_EXPORTER;
  rate.rate = 7;
  decoder = decoder_with(&options);
  rate.rate = 8;
  CHECK(netflow_decoder_options(decoder, &read_back, sizeof read_back) == NETFLOW_OK);
  CHECK(read_back.override_rates == NULL && read_back.override_rate_count == 0);
  CHECK(read_back.options_scope == NETFLOW_OPTIONS_SCOPE_EXPORTER);
  datagram = datagram_of(own, sizeof own);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flow.sampling_rate == 7);
  CHECK(flow.sampling.len == 8 && memcmp(flow.sampling.data, "override", 8) == 0);
  netflow_decoder_free(decoder);

  /* Second counters: each record of a template with 1, 2, 23 and 24 is a biflow. */
  options.override_rate_count = 0;
  options.override_rates = NULL;
  memset(&counters, 0, sizeof counters);
  counters.address.family = 4;
  counters.meaning = NETFLOW_SECOND_COUNTERS_BIFLOW;
  options.counters = &counters;
  options.counters_count = 1;
  options.flags = NETFLOW_FLAG_SPLIT_BIFLOWS;
  decoder = decoder_with(&options);
  counters.meaning = 3;
  datagram = datagram_of(second, sizeof second);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flow.octets == 100);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flow.octets == 60);
  netflow_decoder_free(decoder);
  decoder = NULL;
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_ERROR_ARGUMENT && decoder == NULL);
  options.counters_count = 0;
  options.counters = NULL;

  definition.data_type = 200;
  decoder = NULL;
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_ERROR_ARGUMENT && decoder == NULL);
}

static void elements_are_found(void) {
  netflow_element element;
  netflow_text name;
  CHECK(netflow_element_by_number(0, 1, &element, sizeof element) == NETFLOW_OK);
  CHECK(element.name.len == 15 && memcmp(element.name.data, "octetDeltaCount", 15) == 0);
  CHECK(element.data_type == NETFLOW_TYPE_UNSIGNED64 && element.units == NETFLOW_UNITS_OCTETS);
  CHECK(element.semantics == NETFLOW_SEMANTICS_DELTA_COUNTER);
  CHECK(netflow_element_by_name("flowLabelIPv6", &element, sizeof element) == NETFLOW_OK);
  CHECK(element.id == 31 && element.greatest == 0xfffff);
  CHECK(netflow_element_of_v9(33000, &element, sizeof element) == NETFLOW_OK);
  CHECK(netflow_element_by_number(0, 65, &element, sizeof element) == NETFLOW_ERROR_UNKNOWN);
  CHECK(netflow_element_by_name("nothing", &element, sizeof element) == NETFLOW_ERROR_UNKNOWN);
  CHECK(netflow_element_by_name("\377", &element, sizeof element) == NETFLOW_ERROR_ARGUMENT);
  CHECK(netflow_element_by_name(NULL, &element, sizeof element) == NETFLOW_ERROR_NULL);
  CHECK(netflow_field_by_name("octets") == NETFLOW_FIELD_OCTETS);
  CHECK(netflow_field_by_name("bytes") == NETFLOW_ERROR_UNKNOWN);
  name = netflow_field_name(NETFLOW_FIELD_INNER_PROTOCOL);
  CHECK(name.len == 14 && memcmp(name.data, "inner_protocol", 14) == 0);
  CHECK(netflow_field_name(127).len == 0);
  CHECK(netflow_reason_name(NETFLOW_REASON_NO_TEMPLATE).len == 11);
  CHECK(netflow_reason_name(0).len == 0);
}

static void values_are_read_by_their_type(void) {
  static const unsigned char three[] = {1, 0, 0};
  netflow_value value;
  netflow_address address;
  uint64_t number = 0;
  int64_t time = 0;
  char text[46];
  memset(&value, 0, sizeof value);
  value.octets.data = three;
  value.octets.len = 3;
  value.data_type = NETFLOW_TYPE_UNSIGNED64;
  CHECK(netflow_value_u64(&value, &number) == NETFLOW_OK && number == 65536);
  CHECK(netflow_value_address(&value, &address) == NETFLOW_ERROR_TYPE);
  value.octets.len = 0;
  CHECK(netflow_value_u64(&value, &number) == NETFLOW_ERROR_LENGTH);
  value.octets.len = 3;
  value.data_type = NETFLOW_TYPE_UNKNOWN;
  CHECK(netflow_value_u64(&value, &number) == NETFLOW_ERROR_TYPE);
  value.data_type = 4000;
  CHECK(netflow_value_u64(&value, &number) == NETFLOW_ERROR_TYPE);
  value.data_type = NETFLOW_TYPE_DATE_TIME_SECONDS;
  CHECK(netflow_value_time(&value, &time) == NETFLOW_ERROR_LENGTH);
  CHECK(netflow_value_u64(NULL, &number) == NETFLOW_ERROR_NULL);
  CHECK(netflow_value_u64(&value, NULL) == NETFLOW_ERROR_NULL);
  value.octets.data = NULL;
  CHECK(netflow_value_u64(&value, &number) == NETFLOW_ERROR_NULL);

  memset(&address, 0, sizeof address);
  CHECK(netflow_address_text(&address, text, sizeof text) == NETFLOW_ERROR_ARGUMENT);
  address.family = 6;
  memset(address.octets, 0xff, 16);
  CHECK(netflow_address_text(&address, text, sizeof text) == NETFLOW_OK);
  CHECK(strcmp(text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == 0);
  CHECK(netflow_address_text(&address, text, strlen(text)) == NETFLOW_ERROR_SPACE);
  CHECK(netflow_address_text(&address, text, strlen(text) + 1) == NETFLOW_OK);
}

static void sockets_tell_who_sent(void) {
  struct sockaddr_in6 address;
  struct sockaddr other;
  netflow_datagram datagram;
  memset(&address, 0, sizeof address);
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(4739);
  CHECK(inet_pton(AF_INET6, "2001:db8::1", &address.sin6_addr) == 1);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, &address, sizeof address) == NETFLOW_OK);
  CHECK(datagram.exporter.family == 6 && datagram.port == 4739);
  CHECK(memcmp(datagram.exporter.octets, &address.sin6_addr, 16) == 0);
  /* IPv4 by a socket for both. */
  CHECK(inet_pton(AF_INET6, "::ffff:192.0.2.1", &address.sin6_addr) == 1);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, &address, sizeof address) == NETFLOW_OK);
  CHECK(datagram.exporter.family == 4 && datagram.exporter.octets[0] == 192);
  memset(&datagram, 0xff, sizeof datagram);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, &address, (size_t)-1) < 0);
  CHECK(datagram.size == sizeof datagram && datagram.payload == NULL);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, &address, 10) ==
        NETFLOW_ERROR_ARGUMENT);
  memset(&other, 0, sizeof other);
  other.sa_family = AF_UNIX;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, &other, sizeof other) ==
        NETFLOW_ERROR_ARGUMENT);
  /* It is of nobody then, but whole. */
  CHECK(datagram.size == sizeof datagram && datagram.exporter.family == 0 && datagram.port == 0);
}

/* For Valgrind, which looks at every octet that is written. */
static void has_no_octet_unset(const void *octets, size_t len) {
  FILE *nowhere = fopen("/dev/null", "wb");
  CHECK(nowhere != NULL);
  CHECK(fwrite(octets, 1, len, nowhere) == len);
  CHECK(fclose(nowhere) == 0);
}

static void structs_are_written_whole(void) {
  netflow_decoder *decoder = decoded();
  netflow_datagram datagram = datagram_of(message, sizeof message);
  netflow_set set;
  netflow_record record;
  netflow_field field;
  netflow_element element;
  netflow_stats stats;
  has_no_octet_unset(&datagram, sizeof datagram);
  CHECK(netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK);
  has_no_octet_unset(&set, sizeof set);
  CHECK(netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK);
  has_no_octet_unset(&record, sizeof record);
  /* What a template lacks is NULL. */
  CHECK(record.kind == NETFLOW_RECORD_TEMPLATE);
  CHECK(record.octets.data == NULL && record.octets.len == 0);
  CHECK(netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK);
  has_no_octet_unset(&field, sizeof field);
  CHECK(field.value.octets.data == NULL && field.value.octets.len == 0);
  CHECK(netflow_element_by_number(0, 1, &element, sizeof element) == NETFLOW_OK);
  has_no_octet_unset(&element, sizeof element);
  CHECK(netflow_stats_read(decoder, &stats, sizeof stats) == NETFLOW_OK);
  has_no_octet_unset(&stats, sizeof stats);
  netflow_decoder_free(decoder);
}

static unsigned char *put(unsigned char *at, unsigned number) {
  at[0] = (unsigned char)(number >> 8);
  at[1] = (unsigned char)number;
  return at + 2;
}

/* Were each looked for from the first on, this would take a minute. */
static void records_of_many_biflows_are_found_soon(void) {
  enum { RECORDS = 32000, LEN = 16 + 20 + 4 + 2 * RECORDS };
  unsigned char *octets = (unsigned char *)calloc(LEN, 1);
  unsigned char *at = octets;
  netflow_datagram datagram;
  netflow_options options;
  netflow_decoder *decoder;
  netflow_flow flows[100];
  size_t count;
  size_t found = 0;
  size_t i;
  clock_t begun = clock();
  CHECK(octets != NULL);
  at = put(put(at, 10), LEN) + 12;
  at = put(put(put(put(at, 2), 20), 256), 2);
  at = put(put(at, 1), 1);                          /* octetDeltaCount, of one octet */
  at = put(put(put(put(at, 0x8001), 1), 0), 29305); /* and the other way */
  at = put(put(at, 256), 4 + 2 * RECORDS);
  memset(at, 1, 2 * RECORDS);
  datagram = datagram_of(octets, LEN);
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  options.flags = NETFLOW_FLAG_SPLIT_BIFLOWS;
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_OCTETS);
  decoder = decoder_with(&options);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  while (netflow_flows(decoder, flows, sizeof flows[0], 100, &count) == NETFLOW_OK) {
    for (i = 0; i < count; i++) {
      netflow_record record;
      netflow_field field;
      CHECK(flows[i].record.data == at + found / 2 * 2);
      CHECK(netflow_find_record(decoder, flows[i].record.data, &record, sizeof record) ==
            NETFLOW_OK);
      CHECK(record.octets.data == flows[i].record.data);
      CHECK(netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK);
      CHECK(field.value.octets.data == record.octets.data);
      found++;
    }
  }
  CHECK(found == 2 * RECORDS);
  CHECK((clock() - begun) / CLOCKS_PER_SEC < 10);
  netflow_decoder_free(decoder);
  free(octets);
}

int run_freed(void) {
  unsigned char *octets = (unsigned char *)malloc(sizeof message);
  netflow_decoder *decoder = decoder_with(NULL);
  netflow_datagram datagram;
  netflow_flow flow;
  size_t count;
  CHECK(octets != NULL);
  memcpy(octets, message, sizeof message);
  datagram = datagram_of(octets, sizeof message);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  free(octets);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK);
  netflow_decoder_free(decoder);
  return 0;
}

static void the_option_that_is_wrong_is_named(void) {
  netflow_options options;
  netflow_decoder *decoder = NULL;
  netflow_error error;
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  options.template_lifetime = -5;
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_ERROR_ARGUMENT && decoder == NULL);
  CHECK(netflow_last_error(NULL, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.result == NETFLOW_ERROR_ARGUMENT);
  CHECK(strstr(error.detail.data, "template_lifetime of the options") != NULL);
  CHECK(strlen(error.detail.data) == error.detail.len);
  options.template_lifetime = 0;
  options.list_depth = 256;
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_ERROR_ARGUMENT);
  CHECK(netflow_last_error(NULL, &error, sizeof error) == NETFLOW_OK);
  CHECK(strstr(error.detail.data, "list_depth of the options") != NULL);
  CHECK(netflow_decode(NULL, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_last_error(NULL, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.result == NETFLOW_ERROR_NULL);
}

static void fields_are_described_and_read_by_their_numbers(void) {
  netflow_decoder *decoder = decoded();
  netflow_flow flow;
  netflow_field_info info;
  uint64_t fields[2] = {0, 0};
  uint64_t number = 0;
  int64_t nanoseconds = 0;
  size_t count;
  char text[64];
  uint32_t field;
  CHECK(NETFLOW_VERSION_AT_LEAST(0, 1, 0) && !NETFLOW_VERSION_AT_LEAST(1000, 0, 0));
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
#define MEMBER(constant, member, kind)                                                     \
  CHECK(netflow_field_by_number(constant, &info, sizeof info) == NETFLOW_OK);              \
  CHECK(info.number == constant && info.offset == offsetof(netflow_flow, member));         \
  CHECK(info.size == sizeof flow.member && info.field_type == NETFLOW_FIELD_TYPE_##kind);  \
  CHECK(strcmp(info.name, #member) == 0 && strlen(info.meaning) > 0);                      \
  CHECK(netflow_flow_has(&flow, constant) == NETFLOW_HAS(&flow, constant));
  NETFLOW_FLOW_FIELDS(MEMBER)
#undef MEMBER
  for (field = 0; field < netflow_field_count(); field++) {
    netflow_result result = netflow_flow_text(&flow, field, text, sizeof text);
    netflow_text name = netflow_field_name(field);
    CHECK(result == (netflow_flow_has(&flow, field) ? NETFLOW_OK : NETFLOW_ERROR_ABSENT));
    CHECK(strlen(name.data) == name.len && netflow_field_by_name(name.data) == (int32_t)field);
  }
  CHECK(netflow_field_by_number(field, &info, sizeof info) == NETFLOW_ERROR_UNKNOWN);
  CHECK(netflow_flow_has(&flow, field) == 0 && netflow_flow_has(NULL, 0) == 0);
  CHECK(netflow_field_add(fields, field) == NETFLOW_ERROR_UNKNOWN);
  CHECK(netflow_field_add(fields, NETFLOW_FIELD_INNER_PROTOCOL) == NETFLOW_OK);
  NETFLOW_ADD(fields, NETFLOW_FIELD_OCTETS);
  CHECK(netflow_field_add(fields, NETFLOW_FIELD_OCTETS) == NETFLOW_OK);
  CHECK(fields[0] == (uint64_t)1 << NETFLOW_FIELD_OCTETS);
  CHECK(fields[1] == (uint64_t)1 << (NETFLOW_FIELD_INNER_PROTOCOL - 64));
  CHECK(netflow_flow_u64(&flow, NETFLOW_FIELD_OCTETS, &number) == NETFLOW_OK && number == 1500);
  CHECK(netflow_flow_u64(&flow, NETFLOW_FIELD_LATE, &number) == NETFLOW_OK && number == 0);
  CHECK(netflow_flow_u64(&flow, NETFLOW_FIELD_PACKETS, &number) == NETFLOW_ERROR_ABSENT);
  CHECK(netflow_flow_u64(&flow, NETFLOW_FIELD_SOURCE_ADDRESS, &number) == NETFLOW_ERROR_TYPE);
  CHECK(netflow_flow_i64(&flow, NETFLOW_FIELD_RECEIVED, &nanoseconds) == NETFLOW_OK);
  CHECK(nanoseconds == flow.received);
  CHECK(netflow_flow_i64(&flow, NETFLOW_FIELD_OCTETS, &nanoseconds) == NETFLOW_ERROR_TYPE);
  CHECK(netflow_flow_text(&flow, NETFLOW_FIELD_SOURCE_ADDRESS, text, sizeof text) == NETFLOW_OK);
  CHECK(strcmp(text, "192.0.2.1") == 0);
  CHECK(netflow_flow_text(&flow, NETFLOW_FIELD_SOURCE_ADDRESS, text, 10) == NETFLOW_OK);
  CHECK(netflow_flow_text(&flow, NETFLOW_FIELD_SOURCE_ADDRESS, text, 9) == NETFLOW_ERROR_SPACE);
  CHECK(netflow_flow_text(&flow, NETFLOW_FIELD_EXPORT_PROTOCOL, text, sizeof text) == NETFLOW_OK);
  CHECK(strcmp(text, "ipfix") == 0);
  CHECK(netflow_flow_text(&flow, NETFLOW_FIELD_RECEIVED, text, sizeof text) == NETFLOW_OK);
  CHECK(strcmp(text, "2021-04-11T10:20:01Z") == 0);
  CHECK(netflow_flow_text(&flow, NETFLOW_FIELD_OCTETS, NULL, 0) == NETFLOW_ERROR_NULL);
  netflow_decoder_free(decoder);
}

int run_api(void) {
  CHECK(strncmp(netflow_version(), "0.", 2) == 0);
  flows_are_what_was_sent();
  programs_of_another_version_work();
  options_of_another_version_are_read();
  wrong_arguments_are_reported();
  what_cannot_be_read_is_reported_with_its_offset();
  a_callback_gets_every_flow();
  domains_are_reported();
  state_survives_a_restart();
  options_are_obeyed();
  elements_are_found();
  values_are_read_by_their_type();
  sockets_tell_who_sent();
  structs_are_written_whole();
  records_of_many_biflows_are_found_soon();
  the_option_that_is_wrong_is_named();
  fields_are_described_and_read_by_their_numbers();
  check_definitions();
  check_filter();
  check_health();
  check_json();
  check_relay();
  check_source();
  return 0;
}
