/* Messages sent on as IPFIX. */
#include "tests.h"

/* The messages of a relay, read by another decoder. */
typedef struct receiver {
  netflow_decoder *decoder;
  netflow_decoder *sender;
  uint64_t octets;
  int messages;
  int refuse;
} receiver;

static int receive(const uint8_t *octets, size_t len, void *user) {
  receiver *to = (receiver *)user;
  netflow_datagram datagram;
  netflow_flow flow;
  netflow_stats stats;
  size_t count;
  to->messages++;
  if (to->refuse) return 1;
  /* What the relay reads cannot be used meanwhile. */
  CHECK(netflow_stats_read(to->sender, &stats, sizeof stats) == NETFLOW_ERROR_BUSY);
  CHECK(len > 16 && len <= 1400 && octets[1] == 10);
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  datagram.payload = octets;
  datagram.payload_len = len;
  datagram.exporter.family = 4;
  CHECK(netflow_decode(to->decoder, &datagram) == NETFLOW_OK);
  while (netflow_flows(to->decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK) {
    CHECK(NETFLOW_HAS(&flow, NETFLOW_FIELD_ORIGINAL_EXPORTER_ADDRESS));
    CHECK(flow.original_exporter_address.octets[0] == 198);
    to->octets += flow.octets;
  }
  return 0;
}

static void messages_are_sent_on_as_ipfix(void) {
  netflow_datagram datagram = datagram_of_two();
  netflow_relay *relay;
  netflow_relay_stats stats;
  netflow_filter *filter;
  receiver to;
  memset(&to, 0, sizeof to);
  to.decoder = decoder_for_files(0);
  to.sender = decoder_for_files(0);
  CHECK(netflow_relay_new(NULL, &relay) == NETFLOW_OK);
  CHECK(netflow_relay_forward(relay, to.sender, receive, &to) == NETFLOW_ERROR_NO_MESSAGE);
  CHECK(netflow_decode(to.sender, &datagram) == NETFLOW_OK);
  to.refuse = 1;
  CHECK(netflow_relay_forward(relay, to.sender, receive, &to) == NETFLOW_STOPPED);
  to.refuse = 0;
  CHECK(netflow_relay_forward(relay, to.sender, receive, &to) == NETFLOW_OK);
  CHECK(to.octets == 109 && to.messages == 2);
  CHECK(netflow_relay_stats_read(relay, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(stats.messages == 1 && stats.failed == 1 && stats.refused == 0);
  CHECK(netflow_relay_resend_templates(relay) == NETFLOW_OK);
  CHECK(netflow_filter_new("port 53", &filter, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_filter_set(to.sender, filter) == NETFLOW_OK);
  netflow_filter_free(filter);
  CHECK(netflow_decode(to.sender, &datagram) == NETFLOW_OK);
  CHECK(netflow_relay_forward(relay, to.sender, receive, &to) == NETFLOW_OK);
  CHECK(to.octets == 209);
  CHECK(netflow_relay_forward(relay, to.sender, NULL, &to) == NETFLOW_ERROR_NULL);
  CHECK(netflow_relay_forward(NULL, to.sender, receive, &to) == NETFLOW_ERROR_NULL);
  CHECK(netflow_relay_forward(relay, NULL, receive, &to) == NETFLOW_ERROR_NULL);
  netflow_relay_free(relay);
  netflow_decoder_free(to.decoder);
  netflow_decoder_free(to.sender);
}

static void options_of_a_relay_are_checked(void) {
  netflow_relay *relay;
  netflow_relay_options options;
  CHECK(netflow_relay_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(options.message_octets == 1400 && options.templates == 1024);
  options.templates = 127;
  CHECK(netflow_relay_new(&options, &relay) == NETFLOW_ERROR_ARGUMENT && relay == NULL);
  options.templates = 0;
  options.template_refresh = NETFLOW_NEVER;
  options.flags = NETFLOW_RELAY_WITHOUT_ORIGIN;
  CHECK(netflow_relay_new(&options, &relay) == NETFLOW_OK);
  netflow_relay_free(relay);
  options.flags = 2;
  CHECK(netflow_relay_new(&options, &relay) == NETFLOW_ERROR_ARGUMENT);
  options.flags = 0;
  options.message_octets = 65536;
  CHECK(netflow_relay_new(&options, &relay) == NETFLOW_ERROR_ARGUMENT);
  CHECK(netflow_relay_new(NULL, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_relay_resend_templates(NULL) == NETFLOW_ERROR_NULL);
  netflow_relay_free(NULL);
}

void check_relay(void) {
  messages_are_sent_on_as_ipfix();
  options_of_a_relay_are_checked();
}
