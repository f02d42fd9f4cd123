/* Nothing may crash, read what it should not, or fail to end, and a batch says what a callback says. */
#include "every_way.h"

/* A sum of all octets that were read, in which their order counts (FNV-1a). */
typedef struct digest {
  uint64_t sum;
  size_t flows;
} digest;

/* Fails if the library reports a fault of its own. */
#define SOUND(call) CHECK((call) != NETFLOW_ERROR_INTERNAL)

static volatile uint64_t sink;

static void add(digest *read, const void *data, size_t len) {
  const unsigned char *octets = (const unsigned char *)data;
  size_t i;
  for (i = 0; i < len; i++) read->sum = (read->sum ^ octets[i]) * UINT64_C(0x100000001b3);
}

void use(const void *data, size_t len) {
  digest read = {0, 0};
  add(&read, data, len);
  sink += read.sum;
}

/* Members that are absent, or were not asked for, are not read. */
static void add_flow(digest *read, const netflow_flow *flow) {
#define ADD_U8(value) add(read, &value, sizeof value)
#define ADD_U16(value) add(read, &value, sizeof value)
#define ADD_U32(value) add(read, &value, sizeof value)
#define ADD_U64(value) add(read, &value, sizeof value)
#define ADD_FLAG(value) add(read, value ? "t" : "f", 1)
#define ADD_TIME(value) add(read, &value, sizeof value)
#define ADD_DURATION(value) add(read, &value, sizeof value)
#define ADD_ADDRESS(value) add(read, value.octets, sizeof value.octets)
#define ADD_MAC(value) add(read, value.octets, sizeof value.octets)
#define ADD_TEXT(value) add(read, value.data, value.len)
#define ADD_NAME(value) add(read, value.data, value.len)
#define ADD_OCTETS(value) add(read, value.data, value.len)
#define ADD_APPLICATION(value) add(read, value.octets.data, value.octets.len)
#define ADD_NUMBERS(value) add(read, value.data, value.count * sizeof *value.data)
#define ADD(number, member, type) \
  if (NETFLOW_HAS(flow, number)) ADD_##type(flow->member);
  NETFLOW_FLOW_FIELDS(ADD)
#undef ADD
  add(read, flow->present, sizeof flow->present);
  add(read, flow->record.data, flow->record.len);
  read->flows++;
}

/* What a callback knows. */
typedef struct visit {
  netflow_decoder *decoder;
  size_t most;
  digest read;
} visit;

static int visit_flow(const netflow_flow *flow, void *user) {
  visit *visited = (visit *)user;
  netflow_decoder *decoder = visited->decoder;
  netflow_record record;
  netflow_field field;
  uint32_t number;
  char text[64];
  add_flow(&visited->read, flow);
  for (number = 0; number < netflow_field_count(); number++) {
    if (netflow_flow_has(flow, number)) SOUND(netflow_flow_text(flow, number, text, sizeof text));
  }
  CHECK(netflow_find_record(decoder, flow->record.data, &record, sizeof record) == NETFLOW_OK);
  CHECK(record.octets.data == flow->record.data && record.octets.len == flow->record.len);
  while (netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK) {
    use(field.value.octets.data, field.value.octets.len);
  }
  /* To go on it returns 0. */
  return visited->read.flows >= visited->most;
}

void read_value(const netflow_value *value) {
  uint64_t number;
  int64_t integer;
  double fraction;
  bool flag;
  netflow_address address;
  netflow_mac mac;
  netflow_text text;
  SOUND(netflow_value_u64(value, &number));
  SOUND(netflow_value_i64(value, &integer));
  SOUND(netflow_value_f64(value, &fraction));
  SOUND(netflow_value_bool(value, &flag));
  SOUND(netflow_value_time(value, &integer));
  SOUND(netflow_value_address(value, &address));
  SOUND(netflow_value_mac(value, &mac));
  if (netflow_value_text(value, &text) == NETFLOW_OK) use(text.data, text.len);
  use(value->octets.data, value->octets.len);
}

static void walk_level(netflow_decoder *decoder, int depth) {
  netflow_record record;
  netflow_field field;
  netflow_result result = NETFLOW_OK;
  /* The values of a basicList come without a record. */
  memset(&record, 0, sizeof record);
  while (result == NETFLOW_OK) {
    int entered = 0;
    if (depth > 0 && record.kind >= NETFLOW_RECORD_FLOW_SAMPLE &&
        record.kind <= NETFLOW_RECORD_DISCARDED_PACKET) {
      entered = netflow_enter(decoder) == NETFLOW_OK;
    }
    if (entered) {
      walk_level(decoder, depth - 1);
      CHECK(netflow_leave(decoder) == NETFLOW_OK);
    }
    while ((result = netflow_next_field(decoder, &field, sizeof field)) == NETFLOW_OK) {
      use(field.name.data, field.name.len);
      read_value(&field.value);
      if (field.list && depth > 0) {
        CHECK(netflow_enter(decoder) == NETFLOW_OK);
        walk_level(decoder, depth - 1);
        CHECK(netflow_leave(decoder) == NETFLOW_OK);
      }
    }
    CHECK(result == NETFLOW_END);
    result = netflow_next_record(decoder, &record, sizeof record);
    if (result == NETFLOW_OK) {
      use(record.octets.data, record.octets.len);
      use(record.name.data, record.name.len);
    }
  }
  CHECK(result == NETFLOW_END);
}

/* Batch by batch to the end. A row may be shorter or longer than a flow is. */
static digest batches(netflow_decoder *decoder, const way *taken) {
  digest read = {0, 0};
  netflow_result result;
  size_t count = 0;
  size_t i;
  /* Exactly this long, so that a tool sees writes past the end. */
  unsigned char *rows = (unsigned char *)malloc(taken->capacity * taken->flow_size);
  CHECK(rows != NULL);
  memset(rows, 0, taken->capacity * taken->flow_size);
  while ((result = netflow_flows(decoder, (netflow_flow *)(void *)rows, taken->flow_size,
                                 taken->capacity, &count)) == NETFLOW_OK) {
    CHECK(count > 0 && count <= taken->capacity);
    for (i = 0; i < count; i++) {
      netflow_flow flow;
      size_t known = taken->flow_size < sizeof flow ? taken->flow_size : sizeof flow;
      memset(&flow, 0, sizeof flow);
      memcpy(&flow, rows + i * taken->flow_size, known);
      add_flow(&read, &flow);
    }
  }
  CHECK(result == NETFLOW_END && count == 0);
  free(rows);
  return read;
}

size_t every_way(netflow_decoder *decoder, const way *taken) {
  visit visited;
  digest read = batches(decoder, taken);
  netflow_set set;
  netflow_problem problem;
  netflow_result result;
  visited.decoder = decoder;
  visited.most = taken->most;
  visited.read.sum = 0;
  visited.read.flows = 0;
  result = netflow_each_flow(decoder, visit_flow, &visited);
  if (read.flows >= taken->most) {
    CHECK(result == NETFLOW_STOPPED && visited.read.flows == taken->most);
  } else {
    CHECK(result == NETFLOW_OK && visited.read.flows == read.flows);
    /* A row that is too short lacks some fields. */
    if (taken->flow_size >= sizeof(netflow_flow)) CHECK(visited.read.sum == read.sum);
  }
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  while ((result = netflow_next_set(decoder, &set, sizeof set)) == NETFLOW_OK) {
    use(set.body.data, set.body.len);
    walk_level(decoder, 5);
  }
  CHECK(result == NETFLOW_END && netflow_leave(decoder) == NETFLOW_END);
  while ((result = netflow_next_problem(decoder, &problem, sizeof problem)) == NETFLOW_OK) {
    use(problem.detail.data, problem.detail.len + 1);
    use(problem.section.data, problem.section.len);
    use(problem.code.data, problem.code.len);
  }
  CHECK(result == NETFLOW_END);
  return read.flows;
}
