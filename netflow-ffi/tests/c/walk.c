/* Everything in a message as JSON, by the walk. Times are nanoseconds; text has the octets sent. */
#include "tests.h"

static void print_value(const netflow_value *value) {
  uint64_t number;
  int64_t integer;
  double fraction;
  bool flag;
  netflow_address address;
  netflow_mac mac;
  netflow_text text;
  if (netflow_value_bool(value, &flag) == NETFLOW_OK) {
    fputs(flag ? "true" : "false", stdout);
  } else if (netflow_value_time(value, &integer) == NETFLOW_OK) {
    printf("%" PRId64, integer);
  } else if (netflow_value_u64(value, &number) == NETFLOW_OK) {
    printf("%" PRIu64, number);
  } else if (netflow_value_i64(value, &integer) == NETFLOW_OK) {
    printf("%" PRId64, integer);
  } else if (netflow_value_f64(value, &fraction) == NETFLOW_OK) {
    /* JSON has no infinities. */
    if (fraction - fraction == 0) {
      printf("%.17g", fraction);
    } else {
      fputs("null", stdout);
    }
  } else if (netflow_value_address(value, &address) == NETFLOW_OK) {
    print_address(&address);
  } else if (netflow_value_mac(value, &mac) == NETFLOW_OK) {
    const uint8_t *o = mac.octets;
    printf("\"%02x:%02x:%02x:%02x:%02x:%02x\"", o[0], o[1], o[2], o[3], o[4], o[5]);
  } else if (netflow_value_text(value, &text) == NETFLOW_OK) {
    print_text(text);
  } else if (value->data_type == NETFLOW_TYPE_OCTET_ARRAY) {
    netflow_octets octets;
    CHECK(netflow_value_octets(value, &octets) == NETFLOW_OK);
    print_hex(octets.data, octets.len);
  } else {
    fputs("null", stdout);
  }
}

static void print_key(const netflow_field *field) {
  if (field->scope_type) {
    printf("\"scope/%u\"", (unsigned)field->id);
  } else if (field->id == 0 && field->enterprise_number == 0 && field->name.len > 0) {
    print_text(field->name);
  } else if (field->enterprise_number != 0) {
    printf("\"%" PRIu32 "/%u\"", field->enterprise_number, (unsigned)field->id);
  } else {
    printf("\"%u\"", (unsigned)field->id);
  }
}

static void print_fields(netflow_decoder *decoder, int templates);

/* What was entered: the values of a basicList, or records. */
static void print_inside(netflow_decoder *decoder, int is_basic_list) {
  netflow_record record;
  const char *separator = "";
  /* A program that asks every list for records first does not lose the values. */
  if (is_basic_list) CHECK(netflow_next_record(decoder, &record, sizeof record) == NETFLOW_END);
  fputs("{\"values\":", stdout);
  print_fields(decoder, 0);
  fputs(",\"records\":[", stdout);
  while (netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK) {
    fputs(separator, stdout);
    if (record.kind == NETFLOW_RECORD_FLOW_RECORD || record.kind == NETFLOW_RECORD_COUNTER_RECORD) {
      printf("{\"tag\":\"%" PRIu32 ":%" PRIu32 "\",\"name\":", record.enterprise, record.format);
      print_text(record.name);
      fputs(",\"fields\":", stdout);
      print_fields(decoder, 0);
      putchar('}');
    } else {
      print_fields(decoder, 0);
    }
    separator = ",";
  }
  fputs("]}", stdout);
}

static void print_fields(netflow_decoder *decoder, int templates) {
  netflow_field field;
  netflow_result result;
  const char *separator = "";
  putchar('[');
  while ((result = netflow_next_field(decoder, &field, sizeof field)) == NETFLOW_OK) {
    printf("%s[", separator);
    print_key(&field);
    putchar(',');
    if (templates) {
      printf("%u", (unsigned)field.length);
    } else {
      print_hex(field.value.octets.data, field.value.octets.len);
      putchar(',');
      if (field.list) {
        CHECK(netflow_enter(decoder) == NETFLOW_OK);
        print_inside(decoder, field.enterprise_number == 0 && field.id == 291);
        CHECK(netflow_leave(decoder) == NETFLOW_OK);
      } else {
        print_value(&field.value);
      }
    }
    putchar(']');
    separator = ",";
  }
  CHECK(result == NETFLOW_END);
  putchar(']');
}

static const char *name_of(uint32_t kind) {
  switch (kind) {
    case NETFLOW_RECORD_DATA: return "data";
    case NETFLOW_RECORD_OPTIONS: return "options";
    case NETFLOW_RECORD_TEMPLATE: return "template";
    case NETFLOW_RECORD_OPTIONS_TEMPLATE: return "options_template";
    case NETFLOW_RECORD_WITHDRAWAL: return "withdrawal";
    case NETFLOW_RECORD_FLOW_SAMPLE: return "sample";
    case NETFLOW_RECORD_COUNTERS_SAMPLE: return "counters";
    case NETFLOW_RECORD_DISCARDED_PACKET: return "discarded";
    default: return NULL;
  }
}

static void print_record(netflow_decoder *decoder, const netflow_set *set,
                         const netflow_record *record) {
  const char *kind = name_of(record->kind);
  int is_template = record->kind == NETFLOW_RECORD_TEMPLATE ||
                    record->kind == NETFLOW_RECORD_OPTIONS_TEMPLATE;
  /* Of what is a problem the command writes no row. */
  if (kind == NULL || (is_template && record->field_count == 0)) return;
  printf("{\"frame\":%" PRIu64 ",\"kind\":\"%s\"", set->header.frame, kind);
  if (set->header.exporter.octets[0] != 0 || set->header.port != 0) {
    printf(",\"port\":%u", (unsigned)set->header.port);
  }
  printf(",\"domain\":%" PRIu32, set->header.observation_domain);
  if ((set->header.present & NETFLOW_HEADER_SEQUENCE) != 0) {
    printf(",\"sequence\":%" PRIu32, set->header.sequence);
  }
  if (set->late) printf(",\"late\":true,\"template_frame\":%" PRIu64, set->template_frame);
  if (record->kind == NETFLOW_RECORD_OPTIONS || record->kind == NETFLOW_RECORD_OPTIONS_TEMPLATE) {
    printf(",\"scope_count\":%u", (unsigned)record->scope_count);
  }
  switch (record->kind) {
    case NETFLOW_RECORD_TEMPLATE:
    case NETFLOW_RECORD_OPTIONS_TEMPLATE:
    case NETFLOW_RECORD_WITHDRAWAL:
      printf(",\"template\":%u,\"fields\":", (unsigned)record->template_id);
      print_fields(decoder, 1);
      break;
    case NETFLOW_RECORD_DATA:
    case NETFLOW_RECORD_OPTIONS:
      if (set->id != 0) printf(",\"set\":%u", (unsigned)set->id);
      fputs(",\"fields\":", stdout);
      print_fields(decoder, 0);
      break;
    default:
      printf(",\"tag\":\"%" PRIu32 ":%" PRIu32 "\",\"fields\":", record->enterprise,
             record->format);
      print_fields(decoder, 0);
      fputs(",\"inside\":", stdout);
      CHECK(netflow_enter(decoder) == NETFLOW_OK);
      print_inside(decoder, 0);
      CHECK(netflow_leave(decoder) == NETFLOW_OK);
  }
  puts("}");
}

static void print_problem(uint64_t frame, netflow_text code, int32_t set, size_t offset,
                          size_t octets, netflow_text detail) {
  printf("{\"frame\":%" PRIu64 ",\"kind\":\"problem\",\"reason\":", frame);
  print_text(code);
  if (set >= 0) printf(",\"set\":%" PRId32, set);
  printf(",\"offset\":%zu,\"octets\":%zu,\"detail\":", offset, octets);
  print_text(detail);
  CHECK(detail.data[detail.len] == '\0');
  puts("}");
}

static void print_message(netflow_decoder *decoder) {
  netflow_set set;
  netflow_record record;
  netflow_problem problem;
  while (netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK) {
    while (netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK) {
      print_record(decoder, &set, &record);
    }
  }
  while (netflow_next_problem(decoder, &problem, sizeof problem) == NETFLOW_OK) {
    print_problem(problem.header.frame, problem.code, problem.set, problem.offset, problem.octets,
                  problem.detail);
  }
}

/* A composed name is valid until the next field is read, also after other calls. Returns whether
   there was one. */
static int name_stays(netflow_decoder *decoder) {
  netflow_set set;
  netflow_record record;
  netflow_field field;
  while (netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK) {
    while (netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK) {
      if (set.kind != NETFLOW_SET_SAMPLES || netflow_enter(decoder) != NETFLOW_OK) continue;
      while (netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK) {
        while (netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK) {
          char name[256];
          if (field.name.len == 0 || memchr(field.name.data, '[', field.name.len) == NULL) continue;
          CHECK(field.name.len < sizeof name);
          memcpy(name, field.name.data, field.name.len);
          CHECK(netflow_leave(decoder) == NETFLOW_OK);
          CHECK(netflow_next_set(decoder, &set, sizeof set) == NETFLOW_END);
          CHECK(netflow_rewind(decoder) == NETFLOW_OK);
          CHECK(memcmp(name, field.name.data, field.name.len) == 0);
          return 1;
        }
      }
      CHECK(netflow_leave(decoder) == NETFLOW_OK);
    }
  }
  return 0;
}

int run_walk(int files, char **paths) {
  int i;
  int names = 0;
  for (i = 0; i < files; i++) {
    netflow_decoder *decoder = decoder_for_files(0);
    input in = input_open(paths[i]);
    netflow_datagram datagram;
    int begins_session;
    printf("{\"input\":\"%s\"}\n", strrchr(paths[i], '/') + 1);
    while (input_next(&in, &datagram, &begins_session)) {
      if (decode_next(decoder, &datagram, begins_session) == NETFLOW_OK) {
        print_message(decoder);
        CHECK(netflow_rewind(decoder) == NETFLOW_OK);
        names += name_stays(decoder);
      } else {
        netflow_error error;
        CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
        CHECK(error.result == NETFLOW_ERROR_UNREADABLE);
        print_problem(datagram.frame, netflow_reason_name(error.reason), -1, error.offset,
                      datagram.payload_len, error.detail);
      }
    }
    input_close(&in);
    netflow_decoder_free(decoder);
  }
  CHECK(names > 0);
  return 0;
}
