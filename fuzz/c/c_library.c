/* The C library, called as C calls it, with any datagrams, options and sizes of structs.

   Four octets say how, and how long options are; then options, then datagrams as the target
   `datagrams` has them (fuzz/src/framing.rs). The rest of the last is an address, a value and a
   snapshot too. */
#include "every_way.h"

/* The four octets. */
typedef struct plan {
  way taken;
  /* Octets left out of a datagram's struct, or added to it: how old or new the caller is. */
  size_t datagram_size;
  size_t options_size;
  /* How Arrow holds addresses, and which types it has. */
  uint32_t addresses;
  uint32_t types;
} plan;

/* Octets that were not read yet. */
typedef struct rest {
  const uint8_t *octets;
  size_t len;
} rest;

static rest split(rest *from, size_t len) {
  rest first = *from;
  if (len < first.len) first.len = len;
  if (first.len == 0) return first;
  from->octets += first.len;
  from->len -= first.len;
  return first;
}

/* Copied into memory of exactly that length, so that a tool sees reads past the end. */
static void *copied(const void *octets, size_t len) {
  void *copy = malloc(len + (len == 0));
  CHECK(copy != NULL);
  if (len > 0) memcpy(copy, octets, len);
  return copy;
}

/* From none of the struct to 32 octets after it. */
static size_t some_size(uint8_t octet, size_t size) {
  return octet == 0 ? size : octet * (size + 32) / 255;
}

static plan plan_of(rest head) {
  plan made;
  CHECK(head.len == 4);
  made.taken.capacity = 1 + head.octets[0] % 16;
  made.taken.most = head.octets[0] < 16 ? SIZE_MAX : head.octets[0] / 16;
  /* A row is aligned, and holds at least what comes before the fields. */
  made.taken.flow_size = some_size(head.octets[1], sizeof(netflow_flow)) / 8 * 8;
  if (made.taken.flow_size < 32) made.taken.flow_size = 32;
  made.datagram_size = some_size(head.octets[2], sizeof(netflow_datagram));
  made.options_size = some_size(head.octets[3], sizeof(netflow_options));
  made.addresses = head.octets[1] % 5;
  made.types = head.octets[2] % 4;
  return made;
}

/* Options of any size, filled with these octets. What they point to is theirs. */
static netflow_decoder *decoder_of(const plan *made, rest *from) {
  netflow_decoder *decoder = NULL;
  netflow_options options;
  netflow_definition definition = {29305, 7, 1, 0, 0, 0, 0, "named"};
  netflow_rate rate = {{{192, 0, 2, 0}, 4}, 24, 100};
  netflow_counters counters = {{{192, 0, 2, 0}, 4}, 24, NETFLOW_SECOND_COUNTERS_BIFLOW};
  rest chosen = split(from, made->options_size == sizeof options ? 0 : made->options_size);
  size_t larger = sizeof options + 32;
  unsigned char *place = (unsigned char *)malloc(larger);
  void *lent;
  netflow_result result;
  CHECK(place != NULL);
  memset(place, 0, larger);
  CHECK(netflow_options_init((netflow_options *)(void *)place, larger) == NETFLOW_OK);
  memcpy(place, chosen.octets == NULL ? place : chosen.octets, chosen.len);
  memcpy(&options, place, sizeof options);
  options.size = made->options_size;
  /* Little memory, so that the limits are met. */
  if (options.state_octets > 1 << 20) options.state_octets = 1 << 20;
  definition.data_type = (uint32_t)options.definition_count % 32;
  rate.prefix_len = (uint32_t)options.rate_count % 256;
  options.definition_count = options.definition_count != 0;
  options.definitions = &definition;
  options.rate_count = options.rate_count != 0;
  options.rates = &rate;
  options.override_rate_count = options.override_rate_count != 0;
  options.override_rates = &rate;
  counters.meaning = (uint32_t)options.counters_count % 4;
  options.counters_count = options.counters_count != 0;
  options.counters = &counters;
  memcpy(place, &options, sizeof options);
  lent = copied(place, made->options_size < sizeof options.size ? sizeof options.size
                                                                : made->options_size);
  result = netflow_decoder_new((const netflow_options *)lent, &decoder);
  CHECK(result != NETFLOW_ERROR_INTERNAL && (result == NETFLOW_OK) == (decoder != NULL));
  free(lent);
  free(place);
  return decoder;
}

/* What has to hold of a decoder after any datagrams. */
static void check(netflow_decoder *decoder) {
  netflow_options options;
  netflow_stats stats;
  CHECK(netflow_decoder_options(decoder, &options, sizeof options) == NETFLOW_OK);
  CHECK(netflow_stats_read(decoder, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(stats.state_octets <= options.state_octets);
}

/* A datagram as the target `datagrams` reads it, in a struct of this many octets. */
static netflow_result decode(netflow_decoder *decoder, const plan *made, uint8_t how, rest payload,
                             int64_t now) {
  static const uint32_t TRANSPORTS[4] = {NETFLOW_TRANSPORT_UDP, NETFLOW_TRANSPORT_UDP,
                                         NETFLOW_TRANSPORT_STREAM, NETFLOW_TRANSPORT_FILE};
  netflow_datagram datagram;
  unsigned char larger[sizeof datagram + 32];
  netflow_result result;
  void *lent;
  size_t len = made->datagram_size;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  datagram.size = len;
  datagram.payload = payload.octets;
  datagram.payload_len = payload.len;
  datagram.received = now * 1000000000;
  datagram.exporter.family = 4;
  datagram.exporter.octets[0] = 192;
  datagram.exporter.octets[3] = how & 3;
  datagram.port = (uint16_t)(2000 + (how >> 6));
  datagram.transport = TRANSPORTS[how >> 2 & 3];
  memset(larger, 0, sizeof larger);
  memcpy(larger, &datagram, sizeof datagram);
  lent = copied(larger, len < sizeof datagram.size ? sizeof datagram.size : len);
  result = netflow_decode(decoder, (const netflow_datagram *)lent);
  free(lent);
  CHECK(result == NETFLOW_OK || result == NETFLOW_ERROR_UNREADABLE ||
        (result == NETFLOW_ERROR_SIZE && len < sizeof datagram));
  return result;
}

/* Flows gathered as Arrow arrays: how many rows were taken. */
typedef struct gathered {
  netflow_arrow *arrow;
  size_t rows;
} gathered;

static gathered gather(netflow_decoder *decoder, const plan *made) {
  gathered flows = {NULL, 0};
  netflow_arrow_options options;
  netflow_result result;
  CHECK(netflow_arrow_options_init(&options, sizeof options) == NETFLOW_OK);
  options.rows = 32 * made->taken.capacity;
  options.addresses = made->addresses;
  options.types = made->types;
  result = netflow_arrow_new(decoder, &options, &flows.arrow);
  CHECK((result == NETFLOW_OK) == (flows.arrow != NULL));
  CHECK(result == NETFLOW_OK || result == NETFLOW_ERROR_ARGUMENT);
  return flows;
}

/* Takes a batch, reads its first buffers and releases it. */
static netflow_result take(gathered *flows) {
  struct ArrowArray array;
  struct ArrowSchema schema;
  netflow_result result = netflow_arrow_finish(flows->arrow, &array, &schema);
  int64_t i;
  if (result != NETFLOW_OK) return result;
  CHECK(array.length > 0 && array.n_children == schema.n_children);
  flows->rows += (size_t)array.length;
  for (i = 0; i < array.n_children; i++) {
    const struct ArrowArray *child = array.children[i];
    CHECK(child->length == array.length && child->n_buffers >= 1);
    use(schema.children[i]->name, strlen(schema.children[i]->name));
    if (child->null_count != 0 && child->buffers[0] != NULL) {
      use(child->buffers[0], (size_t)(child->offset + child->length + 7) / 8);
    }
  }
  array.release(&array);
  schema.release(&schema);
  CHECK(array.release == NULL && schema.release == NULL);
  return result;
}

static void append(gathered *flows, netflow_decoder *decoder) {
  size_t full = 0;
  if (flows->arrow == NULL) return;
  CHECK(netflow_arrow_append(flows->arrow, decoder, &full) == NETFLOW_OK);
  while (full-- > 0) CHECK(take(flows) == NETFLOW_OK);
}

/* All rows that are left: as many came as there were flows. */
static void finish(gathered *flows, size_t wanted) {
  netflow_result result;
  if (flows->arrow == NULL) return;
  while ((result = take(flows)) == NETFLOW_OK) continue;
  CHECK(result == NETFLOW_END && flows->rows == wanted);
  netflow_arrow_free(flows->arrow);
}

/* Documents of other tools. */
static netflow_json *documents_of(netflow_decoder *decoder, size_t number) {
  static const char *const schemas[] = {
      "ecs",     "ecs-integration", "logstash", "fluentd",   "goflow2", "nfdump",  "elastiflow",
      "datadog", "akvorado",        "pmacct",   "ipfixcol2", "vflow",   "telegraf"};
  const size_t count = sizeof schemas / sizeof *schemas;
  netflow_setting settings[2] = {{"tag", "\"edge\n"}, {"compat", "false"}};
  netflow_json *json;
  if (number / count % 2 != 0) settings[1].value = "true";
  CHECK(netflow_json_documents(decoder, schemas[number % count], settings, 2, &json, NULL, 0) ==
        NETFLOW_OK);
  return json;
}

/* What writes messages: as JSON, and on as IPFIX. */
typedef struct writers {
  netflow_json *json;
  netflow_relay *relay;
} writers;

static writers writers_of(netflow_decoder *decoder, const plan *made) {
  writers to = {NULL, NULL};
  netflow_relay_options options;
  if (made->taken.capacity % 2 != 0) {
    to.json = documents_of(decoder, made->datagram_size);
  } else {
    CHECK(netflow_json_new(decoder, made->addresses % 3, &to.json) == NETFLOW_OK);
  }
  CHECK(netflow_relay_options_init(&options, sizeof options) == NETFLOW_OK);
  options.message_octets = 64 * made->taken.capacity;
  CHECK(netflow_relay_new(&options, &to.relay) == NETFLOW_OK);
  return to;
}

/* A message of a relay is IPFIX, and its length is right. */
static int check_message(const uint8_t *octets, size_t len, void *user) {
  netflow_stream *stream = (netflow_stream *)user;
  netflow_datagram datagram;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_stream_push(stream, octets, len) == NETFLOW_OK);
  CHECK(netflow_stream_next(stream, &datagram) == NETFLOW_OK && datagram.payload_len == len);
  CHECK(netflow_stream_pending(stream) == 0);
  return 0;
}

static void write_message(const writers *to, netflow_decoder *decoder) {
  netflow_stream *stream;
  netflow_text row;
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  while (netflow_next_json(to->json, decoder, &row) == NETFLOW_OK) {
    CHECK(strlen(row.data) == row.len && row.data[0] == '{' && row.data[row.len - 1] == '}');
  }
  CHECK(netflow_stream_new(0, &stream) == NETFLOW_OK);
  CHECK(netflow_relay_forward(to->relay, decoder, check_message, stream) == NETFLOW_OK);
  netflow_stream_free(stream);
}

/* Any octets as a file, and as a stream. */
typedef struct file {
  rest left;
} file;

static int read_file(void *user, uint8_t *buffer, size_t capacity, size_t *count) {
  rest next = split(&((file *)user)->left, capacity);
  if (next.len > 0) memcpy(buffer, next.octets, next.len);
  *count = next.len;
  return 0;
}

static void inputs(rest any) {
  file from = {any};
  char why[64];
  netflow_source *source = NULL;
  netflow_source_options options;
  netflow_datagram datagram;
  netflow_stream *stream = NULL;
  netflow_result result;
  CHECK(netflow_source_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  options.read = read_file;
  options.user = &from;
  result = netflow_source_new("any", &options, &source, why, sizeof why);
  CHECK((result == NETFLOW_OK) == (source != NULL) && result != NETFLOW_ERROR_INTERNAL);
  while (source != NULL && (result = netflow_source_next(source, &datagram)) != NETFLOW_END) {
    CHECK(result != NETFLOW_ERROR_INTERNAL);
    if (result == NETFLOW_OK) use(datagram.payload, datagram.payload_len);
  }
  netflow_source_free(source);
  CHECK(netflow_stream_new(0, &stream) == NETFLOW_OK);
  CHECK(netflow_stream_push(stream, any.octets, any.len) == NETFLOW_OK);
  while ((result = netflow_stream_next(stream, &datagram)) == NETFLOW_OK) {
    use(datagram.payload, datagram.payload_len);
  }
  CHECK(result == NETFLOW_END || result == NETFLOW_ERROR_INPUT);
  netflow_stream_free(stream);
}

/* Loads what was saved, which restores as many domains, and any octets as a snapshot. */
static void snapshots(netflow_decoder *decoder, rest any) {
  netflow_decoder *other = NULL;
  netflow_load_report report;
  netflow_octets saved;
  netflow_stats stats;
  CHECK(netflow_decoder_new(NULL, &other) == NETFLOW_OK);
  CHECK(netflow_save(decoder, &saved) == NETFLOW_OK);
  CHECK(netflow_load(other, saved.data, saved.len, &report, sizeof report) == NETFLOW_OK);
  CHECK(netflow_stats_read(decoder, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(report.domains == stats.domains && report.refused == 0);
  CHECK(netflow_load(other, any.octets, any.len, NULL, 0) != NETFLOW_ERROR_INTERNAL);
  netflow_decoder_free(other);
}

/* Functions that need no decoder, with any octets. */
static void alone(rest any) {
  netflow_value value;
  netflow_datagram datagram;
  netflow_element element;
  char text[64];
  char *name = (char *)malloc(any.len + 1);
  CHECK(name != NULL);
  if (any.len > 0) memcpy(name, any.octets, any.len);
  name[any.len] = '\0';
  CHECK(netflow_element_by_name(name, &element, sizeof element) != NETFLOW_ERROR_INTERNAL);
  CHECK(netflow_field_by_name(name) != NETFLOW_ERROR_INTERNAL);
  free(name);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, any.octets, any.len) !=
        NETFLOW_ERROR_INTERNAL);
  if (any.len == 0) return;
  value.data_type = any.octets[0];
  value.octets.data = any.octets + 1;
  value.octets.len = any.len - 1;
  read_value(&value);
  if (any.len > sizeof(netflow_address)) {
    netflow_address address;
    size_t capacity = any.octets[0] % sizeof text;
    netflow_result result;
    memcpy(&address, any.octets + 1, sizeof address);
    result = netflow_address_text(&address, text, capacity);
    CHECK(result != NETFLOW_ERROR_INTERNAL);
    if (result == NETFLOW_OK) CHECK(memchr(text, '\0', capacity) != NULL);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len) {
  /* Seconds that pass before a datagram, as in fuzz/src/framing.rs. */
  static const int64_t PASS[4] = {0, 61, 43200, -3600};
  rest left = {octets, len};
  rest payload = {NULL, 0};
  int64_t now = 1700000000;
  netflow_decoder *decoder;
  gathered arrays;
  writers to;
  size_t flows = 0;
  plan made;
  if (len < 4) return 0;
  made = plan_of(split(&left, 4));
  decoder = decoder_of(&made, &left);
  if (decoder == NULL) return 0;
  arrays = gather(decoder, &made);
  to = writers_of(decoder, &made);
  while (left.len >= 3) {
    rest head = split(&left, 3);
    uint8_t how = head.octets[0];
    void *copy;
    payload = split(&left, (size_t)head.octets[1] << 8 | head.octets[2]);
    now += PASS[how >> 4 & 3];
    /* Both are UDP; one of them begins after a stream has ended. */
    if ((how >> 2 & 3) == 1) {
      netflow_address exporter = {{192, 0, 2, 0}, 4};
      exporter.octets[3] = how & 3;
      CHECK(netflow_end_session(decoder, &exporter, (uint16_t)(2000 + (how >> 6))) == NETFLOW_OK);
    }
    copy = copied(payload.octets, payload.len);
    head.octets = (const uint8_t *)copy;
    head.len = payload.len;
    if (decode(decoder, &made, how, head, now) == NETFLOW_OK) {
      flows += every_way(decoder, &made.taken);
      append(&arrays, decoder);
      write_message(&to, decoder);
    }
    free(copy);
    check(decoder);
  }
  finish(&arrays, flows);
  snapshots(decoder, payload);
  inputs(payload);
  netflow_json_free(to.json);
  netflow_relay_free(to.relay);
  netflow_decoder_free(decoder);
  alone(payload);
  return 0;
}
