/* Flows as Arrow arrays, read by the specification of the C data interface alone. */
#include "tests.h"

/* IPFIX: a template of source address and octets, and two records. */
static const unsigned char message[] = {
    0,    10,  0, 52, 0x60, 0x72, 0xcc, 0x40, 0, 0,    0,   1, 0, 0, 0, 7, 0,
    2,    0,   16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4, 1, 0,
    0,    20,  192, 0, 2, 1, 0, 0, 5, 0xdc, 192, 0, 2, 2, 0, 0, 0, 40};

typedef struct column {
  const struct ArrowArray *array;
  const struct ArrowSchema *schema;
} column;

static column child(const column *of, int64_t index) {
  column found;
  CHECK(index < of->array->n_children && index < of->schema->n_children);
  found.array = of->array->children[index];
  found.schema = of->schema->children[index];
  return found;
}

static int is_format(const column *of, const char *format) {
  return strcmp(of->schema->format, format) == 0;
}

static int bit(const void *bits, int64_t index) {
  return ((const uint8_t *)bits)[index / 8] >> (index % 8) & 1;
}

static int is_null(const column *of, int64_t row) {
  const void *valid = of->array->buffers[0];
  return of->array->null_count != 0 && valid != NULL && !bit(valid, of->array->offset + row);
}

static int64_t signed_at(const column *of, int buffer, int64_t index) {
  return ((const int64_t *)of->array->buffers[buffer])[index];
}

static int32_t int_at(const column *of, int buffer, int64_t index) {
  return ((const int32_t *)of->array->buffers[buffer])[index];
}

static void print_octets(const unsigned char *octets, size_t len) {
  netflow_address address;
  static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (len == 6) {
    printf("\"%02x:%02x:%02x:%02x:%02x:%02x\"", octets[0], octets[1], octets[2], octets[3],
           octets[4], octets[5]);
    return;
  }
  CHECK(len == 4 || len == 16);
  memset(&address, 0, sizeof address);
  address.family = 6;
  if (len == 16 && memcmp(octets, mapped, sizeof mapped) == 0) {
    octets += 12;
    len = 4;
  }
  if (len == 4) address.family = 4;
  memcpy(address.octets, octets, len);
  print_address(&address);
}

/* Up to 12 octets are in the view itself, longer ones in a buffer that it names. */
static void print_view(const column *of, int64_t index) {
  const unsigned char *view = (const unsigned char *)of->array->buffers[1] + 16 * index;
  const unsigned char *octets = view + 4;
  int32_t len;
  int32_t place[2];
  memcpy(&len, view, sizeof len);
  if (len > 12) {
    memcpy(place, view + 8, sizeof place);
    CHECK(place[0] >= 0 && place[0] < of->array->n_buffers - 3);
    octets = (const unsigned char *)of->array->buffers[2 + place[0]] + place[1];
  }
  print_octets(octets, (size_t)len);
}

static void print_value(const column *of, int64_t row) {
  int64_t index = of->array->offset + row;
  if (of->schema->dictionary != NULL) {
    column values;
    CHECK(is_format(of, "i"));
    values.array = of->array->dictionary;
    values.schema = of->schema->dictionary;
    CHECK(int_at(of, 1, index) < values.array->length);
    print_value(&values, int_at(of, 1, index));
  } else if (is_format(of, "C")) {
    printf("%u", (unsigned)((const uint8_t *)of->array->buffers[1])[index]);
  } else if (is_format(of, "S")) {
    printf("%u", (unsigned)((const uint16_t *)of->array->buffers[1])[index]);
  } else if (is_format(of, "I")) {
    printf("%" PRIu32, ((const uint32_t *)of->array->buffers[1])[index]);
  } else if (is_format(of, "L")) {
    printf("%" PRIu64, ((const uint64_t *)of->array->buffers[1])[index]);
  } else if (is_format(of, "tsn:UTC") || is_format(of, "tDn")) {
    printf("%" PRId64, signed_at(of, 1, index));
  } else if (is_format(of, "b")) {
    fputs(bit(of->array->buffers[1], index) ? "true" : "false", stdout);
  } else if (is_format(of, "w:16")) {
    print_octets((const unsigned char *)of->array->buffers[1] + 16 * index, 16);
  } else if (is_format(of, "w:6")) {
    print_octets((const unsigned char *)of->array->buffers[1] + 6 * index, 6);
  } else if (is_format(of, "vz")) {
    print_view(of, index);
  } else if (is_format(of, "u") || is_format(of, "z")) {
    int32_t start = int_at(of, 1, index);
    size_t len = (size_t)(int_at(of, 1, index + 1) - start);
    const char *data = (const char *)of->array->buffers[2] + start;
    netflow_text text;
    text.data = data;
    text.len = len;
    if (is_format(of, "u")) {
      print_text(text);
    } else {
      print_hex((const unsigned char *)data, len);
    }
  } else {
    column items;
    int32_t item;
    CHECK(is_format(of, "+l"));
    items = child(of, 0);
    putchar('[');
    for (item = int_at(of, 1, index); item < int_at(of, 1, index + 1); item++) {
      if (item != int_at(of, 1, index)) putchar(',');
      print_value(&items, item);
    }
    putchar(']');
  }
}

/* The columns in the order in which flows are printed: that of the fields. */
static void print_batch(const column *batch) {
  static const char *const fields[] = {
#define NAME(number, member, type) #member,
      NETFLOW_FLOW_FIELDS(NAME)
#undef NAME
  };
  int64_t row;
  int64_t index;
  size_t field;
  CHECK(is_format(batch, "+s") && batch->array->offset == 0);
  CHECK(batch->array->n_children == batch->schema->n_children);
  for (row = 0; row < batch->array->length; row++) {
    const char *separator = "";
    putchar('{');
    for (field = 0; field < sizeof fields / sizeof *fields; field++) {
      for (index = 0; index < batch->array->n_children; index++) {
        column each = child(batch, index);
        CHECK(each.array->length == batch->array->length);
        if (strcmp(each.schema->name, fields[field]) != 0 || is_null(&each, row)) continue;
        printf("%s\"%s\":", separator, each.schema->name);
        print_value(&each, row);
        separator = ",";
      }
    }
    puts("}");
  }
}

static netflow_arrow *arrow_for(const netflow_decoder *decoder, uint32_t addresses, uint32_t types,
                                size_t rows) {
  netflow_arrow *arrow = NULL;
  netflow_arrow_options options;
  CHECK(netflow_arrow_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(options.rows == 65536 && options.octets == 64 << 20 && options.types == 0);
  options.rows = rows;
  options.addresses = addresses;
  options.types = types;
  CHECK(netflow_arrow_new(decoder, &options, &arrow) == NETFLOW_OK);
  return arrow;
}

/* Takes a batch, prints it and releases it. */
static netflow_result take(netflow_arrow *arrow) {
  struct ArrowArray array;
  struct ArrowSchema schema;
  column batch;
  netflow_result result = netflow_arrow_finish(arrow, &array, &schema);
  if (result != NETFLOW_OK) return result;
  CHECK(array.length > 0);
  batch.array = &array;
  batch.schema = &schema;
  print_batch(&batch);
  array.release(&array);
  schema.release(&schema);
  CHECK(array.release == NULL && schema.release == NULL);
  return result;
}

/* The flows of files, gathered into batches of this number of rows. */
static int print_files(uint32_t addresses, uint32_t types, size_t rows, int files, char **paths) {
  int i;
  for (i = 0; i < files; i++) {
    netflow_decoder *decoder = decoder_for_files(0);
    netflow_arrow *arrow = arrow_for(decoder, addresses, types, rows);
    input in = input_open(paths[i]);
    netflow_datagram datagram;
    int begins_session;
    size_t full;
    printf("{\"input\":\"%s\"}\n", strrchr(paths[i], '/') + 1);
    while (input_next(&in, &datagram, &begins_session)) {
      if (decode_next(decoder, &datagram, begins_session) != NETFLOW_OK) continue;
      CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_OK);
      for (; full > 0; full--) CHECK(take(arrow) == NETFLOW_OK);
    }
    /* What was gathered needs neither the octets nor the decoder. */
    input_close(&in);
    netflow_decoder_free(decoder);
    while (take(arrow) == NETFLOW_OK) continue;
    CHECK(take(arrow) == NETFLOW_END);
    netflow_arrow_free(arrow);
  }
  return 0;
}

static netflow_decoder *decoder_of(const uint64_t *fields) {
  netflow_decoder *decoder = NULL;
  netflow_options options;
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  if (fields != NULL) memcpy(options.fields, fields, sizeof options.fields);
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_OK);
  return decoder;
}

static void decode(netflow_decoder *decoder) {
  netflow_datagram datagram;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  datagram.payload = message;
  datagram.payload_len = sizeof message;
  datagram.frame = UINT64_MAX;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
}

static void columns_are_those_asked_for(void) {
  uint64_t fields[2] = {0, 0};
  netflow_decoder *decoder;
  netflow_arrow *arrow;
  struct ArrowArray array;
  struct ArrowSchema schema;
  size_t full = 99;
  int64_t i;

  decoder = decoder_of(NULL);
  arrow = NULL;
  CHECK(netflow_arrow_new(decoder, NULL, &arrow) == NETFLOW_OK);
  CHECK(netflow_arrow_schema(arrow, &schema) == NETFLOW_OK);
  for (i = 0; i < schema.n_children; i++) {
    netflow_text name = netflow_field_name((uint32_t)i);
    CHECK(strlen(schema.children[i]->name) == name.len);
    CHECK(memcmp(schema.children[i]->name, name.data, name.len) == 0);
    CHECK(schema.children[i]->flags & ARROW_FLAG_NULLABLE);
  }
  CHECK(i > 80 && netflow_field_name((uint32_t)i).len == 0);
  schema.release(&schema);
  netflow_arrow_free(arrow);
  netflow_decoder_free(decoder);

  NETFLOW_ADD(fields, NETFLOW_FIELD_OCTETS);
  NETFLOW_ADD(fields, NETFLOW_FIELD_SOURCE_ADDRESS);
  NETFLOW_ADD(fields, NETFLOW_FIELD_FRAME);
  NETFLOW_ADD(fields, NETFLOW_FIELD_INNER_PROTOCOL);
  decoder = decoder_of(fields);
  arrow = arrow_for(decoder, NETFLOW_ARROW_ADDRESSES_KEY, NETFLOW_ARROW_TYPES_NATIVE, 0);
  decode(decoder);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_OK && full == 0);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_OK && full == 0);
  CHECK(netflow_arrow_finish(arrow, &array, &schema) == NETFLOW_OK);
  netflow_arrow_free(arrow);
  netflow_decoder_free(decoder);

  /* The arrays outlive both handles. */
  CHECK(array.length == 4 && array.n_children == 4 && schema.n_children == 4);
  CHECK(strcmp(schema.children[0]->name, "frame") == 0);
  CHECK(strcmp(schema.children[1]->name, "source_address") == 0);
  CHECK(strcmp(schema.children[2]->name, "octets") == 0);
  CHECK(strcmp(schema.children[3]->name, "inner_protocol") == 0);
  for (i = 0; i < 3; i++) CHECK(strcmp(schema.children[i]->format, "L") == 0);
  for (i = 0; i < 4; i++) {
    const uint64_t *frame = (const uint64_t *)array.children[0]->buffers[1];
    const uint64_t *source = (const uint64_t *)array.children[1]->buffers[1];
    const uint64_t *octets = (const uint64_t *)array.children[2]->buffers[1];
    CHECK(frame[i] == UINT64_MAX);
    CHECK(source[i] == (i % 2 == 0 ? 0xc0000201 : 0xc0000202));
    CHECK(octets[i] == (i % 2 == 0 ? 1500u : 40u));
  }
  CHECK(array.children[3]->null_count == 4);
  array.release(&array);
  schema.release(&schema);
}

static void full_batches_have_to_be_taken(void) {
  netflow_decoder *decoder = decoder_of(NULL);
  netflow_arrow *arrow =
      arrow_for(decoder, NETFLOW_ARROW_ADDRESSES_OCTETS, NETFLOW_ARROW_TYPES_SPARK, 1);
  struct ArrowArray array;
  struct ArrowSchema schema;
  netflow_error error;
  size_t full;
  decode(decoder);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_OK && full == 2);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_ERROR_SPACE && full == 0);
  CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.result == NETFLOW_ERROR_SPACE);
  CHECK(netflow_arrow_finish(arrow, &array, NULL) == NETFLOW_OK && array.length == 1);
  array.release(&array);
  CHECK(netflow_arrow_finish(arrow, &array, &schema) == NETFLOW_OK && array.length == 1);
  array.release(&array);
  schema.release(&schema);
  CHECK(netflow_arrow_finish(arrow, &array, &schema) == NETFLOW_END);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_OK && full == 2);
  /* What is not taken is freed. */
  netflow_arrow_free(arrow);
  netflow_decoder_free(decoder);
}

static void wrong_arguments_are_reported(void) {
  netflow_decoder *decoder = decoder_of(NULL);
  netflow_arrow *arrow = NULL;
  netflow_arrow_options options;
  struct ArrowArray arrays[2];
  struct ArrowArray *odd = (struct ArrowArray *)(void *)((char *)arrays + 1);
  struct ArrowSchema schema;
  size_t full = 99;
  /* What is freed without a look at the result is NULL. */
  arrow = (netflow_arrow *)(void *)decoder;
  CHECK(netflow_arrow_new(NULL, NULL, &arrow) == NETFLOW_ERROR_NULL && arrow == NULL);
  CHECK(netflow_arrow_new(decoder, NULL, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_options_init(NULL, sizeof options) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_options_init(&options, 8) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_arrow_options_init(&options, sizeof options) == NETFLOW_OK);
  options.size = 8;
  CHECK(netflow_arrow_new(decoder, &options, &arrow) == NETFLOW_ERROR_SIZE);
  options.size = sizeof options;
  options.addresses = 4;
  CHECK(netflow_arrow_new(decoder, &options, &arrow) == NETFLOW_ERROR_ARGUMENT);
  options.addresses = 0;
  options.types = 3;
  CHECK(netflow_arrow_new(decoder, &options, &arrow) == NETFLOW_ERROR_ARGUMENT);
  options.types = 0;
  options.rows = (size_t)1 << 31;
  CHECK(netflow_arrow_new(decoder, &options, &arrow) == NETFLOW_ERROR_ARGUMENT);
  options.rows = 0;
  options.octets = ((size_t)1 << 30) + 1;
  CHECK(netflow_arrow_new(decoder, &options, &arrow) == NETFLOW_ERROR_ARGUMENT);
  CHECK(arrow == NULL);

  arrow = arrow_for(decoder, 0, 0, 0);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_ERROR_NO_MESSAGE && full == 0);
  decode(decoder);
  CHECK(netflow_arrow_append(NULL, decoder, &full) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_append(arrow, NULL, &full) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_append(arrow, decoder, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_finish(arrow, arrays, NULL) == NETFLOW_END);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_OK && full == 0);
  CHECK(netflow_arrow_finish(NULL, arrays, &schema) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_finish(arrow, NULL, &schema) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_finish(arrow, odd, &schema) == NETFLOW_ERROR_MISALIGNED);
  CHECK(netflow_arrow_schema(NULL, &schema) == NETFLOW_ERROR_NULL);
  CHECK(netflow_arrow_schema(arrow, NULL) == NETFLOW_ERROR_NULL);
  /* None of that cost the rows. */
  CHECK(netflow_arrow_finish(arrow, arrays, NULL) == NETFLOW_OK && arrays[0].length == 2);
  arrays[0].release(arrays);
  netflow_arrow_free(arrow);
  netflow_arrow_free(NULL);
  netflow_decoder_free(decoder);
}

/* A library without Arrow says so. */
static int check_absent(void) {
  netflow_decoder *decoder = decoder_of(NULL);
  netflow_arrow *arrow = NULL;
  size_t full;
  CHECK(netflow_arrow_new(decoder, NULL, &arrow) == NETFLOW_ERROR_UNSUPPORTED);
  CHECK(arrow == NULL);
  CHECK(netflow_arrow_append(arrow, decoder, &full) == NETFLOW_ERROR_NULL);
  CHECK(strcmp(netflow_strerror(NETFLOW_ERROR_UNSUPPORTED), "done") != 0);
  netflow_arrow_free(arrow);
  netflow_decoder_free(decoder);
  return 0;
}

static int check_all(void) {
  columns_are_those_asked_for();
  full_batches_have_to_be_taken();
  wrong_arguments_are_reported();
  return 0;
}

int run_arrow(const char *way, int files, char **paths) {
  if (strcmp(way, "absent") == 0) return check_absent();
  if (strcmp(way, "octets") == 0) {
    return print_files(NETFLOW_ARROW_ADDRESSES_OCTETS, NETFLOW_ARROW_TYPES_NATIVE, 0, files, paths);
  }
  if (strcmp(way, "view") == 0) {
    return print_files(NETFLOW_ARROW_ADDRESSES_VIEW, NETFLOW_ARROW_TYPES_NATIVE, 7, files, paths);
  }
  if (strcmp(way, "text") == 0) {
    return print_files(NETFLOW_ARROW_ADDRESSES_TEXT, NETFLOW_ARROW_TYPES_PLAIN, 1, files, paths);
  }
  CHECK(strcmp(way, "api") == 0);
  return check_all();
}
