/* Datagrams with octets changed at random go through every way. What comes of them is not compared:
   nothing may crash, read or write what it should not, or fail to end. */
#include "tests.h"

static uint32_t state;

static uint32_t random_number(void) {
  /* xorshift */
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static volatile uint64_t sink;

static void use(const void *data, size_t len) {
  const unsigned char *octets = (const unsigned char *)data;
  uint64_t sum = 0;
  size_t i;
  for (i = 0; i < len; i++) sum += octets[i];
  sink += sum;
}

static void use_flow(const netflow_flow *flow) {
#define USE_U8(value) sink += value
#define USE_U16(value) sink += value
#define USE_U32(value) sink += value
#define USE_U64(value) sink += value
#define USE_FLAG(value) sink += value ? 1 : 0
#define USE_TIME(value) sink += (uint64_t)value
#define USE_DURATION(value) sink += (uint64_t)value
#define USE_ADDRESS(value) use(value.octets, 16)
#define USE_MAC(value) use(value.octets, 6)
#define USE_TEXT(value) use(value.data, value.len)
#define USE_NAME(value) use(value.data, value.len)
#define USE_OCTETS(value) use(value.data, value.len)
#define USE_APPLICATION(value) use(value.octets.data, value.octets.len)
#define USE_NUMBERS(value) use(value.data, value.count * sizeof *value.data)
#define USE(number, member, type) USE_##type(flow->member);
  /* Members that are absent are 0, so all of them can be read. */
  NETFLOW_FLOW_FIELDS(USE)
#undef USE
  use(flow->record.data, flow->record.len);
}

static int use_each(const netflow_flow *flow, void *user) {
  netflow_decoder *decoder = (netflow_decoder *)user;
  netflow_record record;
  netflow_field field;
  use_flow(flow);
  CHECK(netflow_find_record(decoder, flow->record.data, &record, sizeof record) == NETFLOW_OK);
  CHECK(record.octets.len == flow->record.len);
  while (netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK) {
    use(field.value.octets.data, field.value.octets.len);
  }
  /* Seldom, stop. */
  return (random_number() & 0xff) == 0;
}

static void read_value(const netflow_value *value) {
  uint64_t number;
  int64_t integer;
  double fraction;
  bool flag;
  netflow_address address;
  netflow_mac mac;
  netflow_text text;
  netflow_value_u64(value, &number);
  netflow_value_i64(value, &integer);
  netflow_value_f64(value, &fraction);
  netflow_value_bool(value, &flag);
  netflow_value_time(value, &integer);
  netflow_value_address(value, &address);
  netflow_value_mac(value, &mac);
  if (netflow_value_text(value, &text) == NETFLOW_OK) use(text.data, text.len);
  use(value->octets.data, value->octets.len);
}

static void walk_level(netflow_decoder *decoder, int depth) {
  netflow_record record;
  netflow_field field;
  int more = 1;
  /* The values of a basicList come without a record. */
  memset(&record, 0, sizeof record);
  while (more) {
    int entered = 0;
    if (depth > 0 && record.kind >= NETFLOW_RECORD_FLOW_SAMPLE &&
        record.kind <= NETFLOW_RECORD_DISCARDED_PACKET) {
      entered = netflow_enter(decoder) == NETFLOW_OK;
    }
    if (entered) {
      walk_level(decoder, depth - 1);
      CHECK(netflow_leave(decoder) == NETFLOW_OK);
    }
    while (netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK) {
      use(field.name.data, field.name.len);
      read_value(&field.value);
      if (field.list && depth > 0) {
        CHECK(netflow_enter(decoder) == NETFLOW_OK);
        walk_level(decoder, depth - 1);
        CHECK(netflow_leave(decoder) == NETFLOW_OK);
      }
    }
    more = netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK;
    if (more) {
      use(record.octets.data, record.octets.len);
      use(record.name.data, record.name.len);
    }
  }
}

static void every_way(netflow_decoder *decoder) {
  netflow_flow flows[7];
  size_t count;
  size_t i;
  netflow_set set;
  netflow_problem problem;
  while (netflow_flows(decoder, flows, sizeof flows[0], 7, &count) == NETFLOW_OK) {
    for (i = 0; i < count; i++) use_flow(&flows[i]);
  }
  CHECK(netflow_each_flow(decoder, use_each, decoder) >= NETFLOW_OK);
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  while (netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK) {
    use(set.body.data, set.body.len);
    walk_level(decoder, 5);
  }
  CHECK(netflow_leave(decoder) == NETFLOW_END);
  while (netflow_next_problem(decoder, &problem, sizeof problem) == NETFLOW_OK) {
    use(problem.detail.data, problem.detail.len + 1);
    use(problem.section.data, problem.section.len);
  }
}

static void mutate(unsigned char *octets, size_t len) {
  uint32_t changes = 1 + random_number() % 4;
  while (changes-- > 0 && len > 0) {
    size_t place = random_number() % len;
    switch (random_number() % 4) {
      case 0: octets[place] = (unsigned char)random_number(); break;
      case 1: octets[place] = 0; break;
      case 2: octets[place] = 0xff; break;
      default: octets[place] ^= (unsigned char)(1u << (random_number() % 8));
    }
  }
}

int run_mutate(uint32_t seed, uint32_t rounds, int files, char **paths) {
  int i;
  uint64_t read = 0;
  uint64_t total = 0;
  state = seed == 0 ? 1 : seed;
  for (i = 0; i < files; i++) {
    netflow_decoder *decoder =
        decoder_for_files(NETFLOW_FLAG_SPLIT_BIFLOWS | NETFLOW_FLAG_WITH_DISCARDED);
    input in = input_open(paths[i]);
    uint32_t round;
    for (round = 0; round <= rounds; round++) {
      netflow_datagram datagram;
      int begins_session;
      in.next = 0;
      while (input_next(&in, &datagram, &begins_session)) {
        /* Just so long, so that a tool sees what is read behind the end. */
        size_t len = datagram.payload_len;
        unsigned char *copy = (unsigned char *)malloc(len + 1);
        CHECK(copy != NULL);
        memcpy(copy, datagram.payload, len);
        /* The first round is as it was sent. */
        if (round > 0) {
          mutate(copy, len);
          if ((random_number() & 7) == 0 && len > 0) len = random_number() % len;
        }
        copy = (unsigned char *)realloc(copy, len + (len == 0));
        CHECK(copy != NULL);
        datagram.payload = copy;
        datagram.payload_len = len;
        total++;
        if (netflow_decode(decoder, &datagram) == NETFLOW_OK) {
          read++;
          every_way(decoder);
        } else {
          netflow_error error;
          CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
          use(error.detail.data, error.detail.len + 1);
        }
        free(copy);
      }
    }
    input_close(&in);
    netflow_decoder_free(decoder);
  }
  printf("%" PRIu64 " datagrams, of which %" PRIu64 " could be read\n", total, read);
  CHECK(read > 0);
  return 0;
}
