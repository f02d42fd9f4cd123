/* Captures and IPFIX files, and IPFIX over TCP. */
#include "tests.h"

#include <errno.h>

#define FILE_NAME "netflow-source-of-a-test.ipfix"

/* IPFIX, domain 7: a template of source address and octets, and one record of it. */
static const unsigned char message[] = {
    0, 10, 0, 44, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7,
    0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4,
    1, 0, 0, 12, 192, 0, 2, 1, 0, 0, 5, 0xdc};

static netflow_datagram empty_datagram(void) {
  netflow_datagram datagram;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  return datagram;
}

static void write_file(const unsigned char *octets, size_t len) {
  FILE *file = fopen(FILE_NAME, "wb");
  CHECK(file != NULL);
  CHECK(fwrite(octets, 1, len, file) == len);
  CHECK(fclose(file) == 0);
}

/* One flow of 1500 octets. */
static void check_flow(netflow_decoder *decoder, const netflow_datagram *datagram) {
  netflow_flow flow;
  size_t count;
  CHECK(netflow_decode(decoder, datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(flow.octets == 1500);
}

static void files_are_read(netflow_decoder *decoder) {
  unsigned char file[2 * sizeof message];
  netflow_source *source;
  netflow_source_options options;
  netflow_source_stats stats;
  netflow_datagram datagram = empty_datagram();
  memcpy(file, message, sizeof message);
  memcpy(file + sizeof message, message, sizeof message);
  write_file(file, sizeof file);
  CHECK(netflow_source_options_init(&options, sizeof options) == NETFLOW_OK);
  options.input = 3;
  CHECK(netflow_source_new(FILE_NAME, &options, &source, NULL, 0) == NETFLOW_OK);
  CHECK(remove(FILE_NAME) == 0);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_OK);
  CHECK(datagram.frame == 1 && datagram.input == 3 && datagram.payload_len == sizeof message);
  CHECK(datagram.transport == NETFLOW_TRANSPORT_FILE);
  CHECK(datagram.received == INT64_C(1618136128) * 1000000000);
  check_flow(decoder, &datagram);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_OK && datagram.frame == 2);
  check_flow(decoder, &datagram);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_END);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_END);
  CHECK(netflow_source_message(source).len == 0);
  CHECK(netflow_source_stats_read(source, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(stats.packets == 2 && stats.datagrams == 2 && stats.octets_read == sizeof file);
  netflow_source_free(source);
}

static void what_cannot_be_read_has_a_sentence(void) {
  char why[200];
  char cut[4];
  netflow_source *source;
  netflow_datagram datagram = empty_datagram();
  netflow_text text;
  CHECK(netflow_source_new("no-such-file.pcap", NULL, &source, why, sizeof why) ==
        NETFLOW_ERROR_SYSTEM);
  CHECK(source == NULL && strstr(why, "no-such-file.pcap is not there") == why);
  CHECK(netflow_source_new("no-such-file.pcap", NULL, &source, cut, sizeof cut) ==
        NETFLOW_ERROR_SYSTEM);
  CHECK(strcmp(cut, "no-") == 0);
  write_file((const unsigned char *)"neither of them", 15);
  CHECK(netflow_source_new(FILE_NAME, NULL, &source, why, sizeof why) == NETFLOW_ERROR_INPUT);
  CHECK(strstr(why, "is not a pcap, pcapng or IPFIX file") != NULL);
  /* What is whole comes before the error, and nothing after it. */
  write_file(message, sizeof message - 1);
  CHECK(netflow_source_new(FILE_NAME, NULL, &source, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_ERROR_INPUT);
  text = netflow_source_message(source);
  CHECK(text.len > 0 && text.data[text.len] == 0 && strstr(text.data, "is cut") != NULL);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_END);
  netflow_source_free(source);
  CHECK(remove(FILE_NAME) == 0);
}

/* Octets in memory, a few at a time; then an error, if there is one. */
typedef struct memory {
  const unsigned char *octets;
  size_t len;
  int error;
} memory;

static int read_memory(void *user, uint8_t *buffer, size_t capacity, size_t *count) {
  memory *from = (memory *)user;
  size_t len = from->len < 7 ? from->len : 7;
  if (len == 0 && from->error != 0) return from->error;
  CHECK(capacity >= len);
  memcpy(buffer, from->octets, len);
  from->octets += len;
  from->len -= len;
  *count = len;
  return 0;
}

static int read_too_much(void *user, uint8_t *buffer, size_t capacity, size_t *count) {
  (void)user;
  (void)buffer;
  *count = capacity + 1;
  return 0;
}

static void octets_of_the_caller_are_read(netflow_decoder *decoder) {
  memory from = {message, sizeof message, EIO};
  netflow_source *source;
  netflow_source_options options;
  netflow_datagram datagram = empty_datagram();
  char why[200];
  CHECK(netflow_source_options_init(&options, sizeof options) == NETFLOW_OK);
  options.read = read_memory;
  options.user = &from;
  CHECK(netflow_source_new("memory", &options, &source, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_OK);
  check_flow(decoder, &datagram);
  CHECK(netflow_source_next(source, &datagram) == NETFLOW_ERROR_SYSTEM);
  CHECK(strstr(netflow_source_message(source).data, "memory ") == netflow_source_message(source).data);
  netflow_source_free(source);
  options.read = read_too_much;
  CHECK(netflow_source_new("memory", &options, &source, why, sizeof why) == NETFLOW_ERROR_SYSTEM);
  CHECK(strstr(why, "more octets than fit") != NULL);
}

static void wrong_arguments_are_errors(void) {
  netflow_source *source;
  netflow_source_options options;
  netflow_source_stats stats;
  netflow_datagram datagram = empty_datagram();
  netflow_stream *stream;
  CHECK(netflow_source_new(NULL, NULL, &source, NULL, 0) == NETFLOW_ERROR_NULL && source == NULL);
  CHECK(netflow_source_new("x", NULL, NULL, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_source_options_init(&options, 8) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_source_options_init(&options, sizeof options) == NETFLOW_OK);
  options.reserved = 1;
  CHECK(netflow_source_new("x", &options, &source, NULL, 0) == NETFLOW_ERROR_ARGUMENT);
  options.reserved = 0;
  options.port_count = 1;
  CHECK(netflow_source_new("x", &options, &source, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_source_next(NULL, &datagram) == NETFLOW_ERROR_NULL);
  CHECK(netflow_source_stats_read(NULL, &stats, sizeof stats) == NETFLOW_ERROR_NULL);
  CHECK(netflow_source_message(NULL).len == 0);
  netflow_source_free(NULL);
  CHECK(netflow_stream_new(0, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_stream_push(NULL, message, 1) == NETFLOW_ERROR_NULL);
  CHECK(netflow_stream_next(NULL, &datagram) == NETFLOW_ERROR_NULL);
  CHECK(netflow_stream_pending(NULL) == 0);
  netflow_stream_free(NULL);
  CHECK(netflow_stream_new(0, &stream) == NETFLOW_OK);
  CHECK(netflow_stream_next(stream, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_stream_push(stream, NULL, 1) == NETFLOW_ERROR_NULL);
  netflow_stream_free(stream);
}

/* However the stream is cut, both messages are found. */
static void streams_are_cut_into_messages(netflow_decoder *decoder) {
  size_t read;
  for (read = 1; read <= sizeof message; read++) {
    netflow_stream *stream;
    netflow_datagram datagram = empty_datagram();
    size_t found = 0;
    size_t sent;
    CHECK(netflow_stream_new(0, &stream) == NETFLOW_OK);
    datagram.exporter.family = 4;
    datagram.port = 4739;
    for (sent = 0; sent < 2 * sizeof message; sent++) {
      unsigned char octet = message[sent % sizeof message];
      CHECK(netflow_stream_push(stream, &octet, 1) == NETFLOW_OK);
      if (sent % read != 0) continue;
      while (netflow_stream_next(stream, &datagram) == NETFLOW_OK) {
        CHECK(datagram.port == 4739 && datagram.transport == NETFLOW_TRANSPORT_STREAM);
        check_flow(decoder, &datagram);
        found++;
      }
    }
    while (netflow_stream_next(stream, &datagram) == NETFLOW_OK) found++;
    CHECK(found == 2 && netflow_stream_pending(stream) == 0);
    CHECK(netflow_stream_push(stream, message, 3) == NETFLOW_OK);
    CHECK(netflow_stream_next(stream, &datagram) == NETFLOW_END);
    CHECK(netflow_stream_pending(stream) == 3);
    netflow_stream_free(stream);
  }
}

static void what_is_not_ipfix_ends_a_stream(void) {
  netflow_stream *stream;
  netflow_datagram datagram = empty_datagram();
  netflow_error error;
  CHECK(netflow_stream_new(20, &stream) == NETFLOW_OK);
  CHECK(netflow_stream_push(stream, message, 4) == NETFLOW_OK);
  CHECK(netflow_stream_next(stream, &datagram) == NETFLOW_ERROR_INPUT);
  CHECK(netflow_last_error(NULL, &error, sizeof error) == NETFLOW_OK);
  CHECK(strstr(error.detail.data, "longer than the maximum") != NULL);
  netflow_stream_free(stream);
  CHECK(netflow_stream_new(0, &stream) == NETFLOW_OK);
  CHECK(netflow_stream_push(stream, (const uint8_t *)"GET /", 5) == NETFLOW_OK);
  CHECK(netflow_stream_next(stream, &datagram) == NETFLOW_ERROR_INPUT);
  CHECK(netflow_stream_next(stream, &datagram) == NETFLOW_ERROR_INPUT);
  netflow_stream_free(stream);
}

void check_source(void) {
  netflow_decoder *decoder = decoder_for_files(0);
  files_are_read(decoder);
  what_cannot_be_read_has_a_sentence();
  octets_of_the_caller_are_read(decoder);
  wrong_arguments_are_errors();
  streams_are_cut_into_messages(decoder);
  what_is_not_ipfix_ends_a_stream();
  netflow_decoder_free(decoder);
}
