/* Filters over flows. */
#include "tests.h"

static netflow_filter *filter_of(const char *expression) {
  netflow_filter *filter;
  netflow_filter_error error;
  CHECK(netflow_filter_new(expression, &filter, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.column == 0 && error.message[0] == 0);
  return filter;
}

static void errors_have_a_column(void) {
  char longest[600];
  netflow_filter *filter = (netflow_filter *)longest;
  netflow_filter_error error;
  CHECK(netflow_filter_new("proto tcp and dport 443", &filter, &error, sizeof error) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(filter == NULL && error.column == 15);
  CHECK(strcmp(error.message,
               "column 15: \"dport\" is neither a keyword nor a field; did you mean \"dst port\"?") == 0);
  CHECK(netflow_filter_new("port", &filter, NULL, 0) == NETFLOW_ERROR_ARGUMENT);
  CHECK(netflow_filter_new("port \xff", &filter, &error, sizeof error) == NETFLOW_ERROR_ARGUMENT);
  CHECK(strcmp(error.message, "column 1: the expression is not UTF-8") == 0);
  CHECK(netflow_filter_new(NULL, &filter, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_filter_new("any", NULL, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_filter_new("any", &filter, &error, 8) == NETFLOW_ERROR_SIZE);
  memset(longest, 'x', sizeof longest - 1);
  longest[sizeof longest - 1] = 0;
  CHECK(netflow_filter_new(longest, &filter, &error, sizeof error) == NETFLOW_ERROR_ARGUMENT);
  CHECK(error.column == 1 && strlen(error.message) < sizeof error.message);
  netflow_filter_free(NULL);
}

static void flows_are_tested(netflow_decoder *decoder) {
  netflow_filter *filter = filter_of("dst port 53");
  unsigned char matches[2] = {7, 7};
  size_t count = 7;
  CHECK(netflow_filter_test(filter, decoder, matches, 2, &count) == NETFLOW_OK);
  CHECK(count == 2 && matches[0] == 1 && matches[1] == 0);
  matches[1] = 7;
  CHECK(netflow_filter_test(filter, decoder, matches, 1, &count) == NETFLOW_ERROR_SPACE);
  CHECK(count == 2 && matches[1] == 7);
  CHECK(netflow_filter_test(NULL, decoder, matches, 2, &count) == NETFLOW_ERROR_NULL);
  CHECK(netflow_filter_test(filter, NULL, matches, 2, &count) == NETFLOW_ERROR_NULL);
  CHECK(netflow_filter_test(filter, decoder, NULL, 2, &count) == NETFLOW_ERROR_NULL);
  CHECK(netflow_filter_test(filter, decoder, matches, 2, NULL) == NETFLOW_ERROR_NULL);
  netflow_filter_free(filter);
}

static int add_octets(const netflow_flow *flow, void *user) {
  *(uint64_t *)user += flow->octets;
  return 0;
}

static void flows_are_chosen(netflow_decoder *decoder, const netflow_datagram *datagram) {
  netflow_filter *filter = filter_of("proto tcp");
  netflow_flow flows[4];
  size_t count;
  uint64_t octets = 0;
  CHECK(netflow_filter_set(decoder, filter) == NETFLOW_OK);
  /* The decoder keeps it. */
  netflow_filter_free(filter);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_ERROR_NO_MESSAGE);
  CHECK(netflow_decode(decoder, datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_OK);
  CHECK(count == 1 && flows[0].octets == 9);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_END && count == 0);
  CHECK(netflow_each_flow(decoder, add_octets, &octets) == NETFLOW_OK && octets == 9);
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_OK && count == 1);

  CHECK(netflow_filter_set(decoder, NULL) == NETFLOW_OK);
  CHECK(netflow_decode(decoder, datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 4, &count) == NETFLOW_OK && count == 2);
  CHECK(netflow_filter_set(NULL, NULL) == NETFLOW_ERROR_NULL);
}

void check_filter(void) {
  netflow_decoder *decoder;
  netflow_datagram datagram = datagram_of_two();
  errors_have_a_column();
  CHECK(netflow_decoder_new(NULL, &decoder) == NETFLOW_OK);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  flows_are_tested(decoder);
  flows_are_chosen(decoder, &datagram);
  netflow_decoder_free(decoder);
}
