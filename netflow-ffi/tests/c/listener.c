/* The sockets of a collector. */
#include "tests.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* IPFIX, domain 7: a template of source address and octets, and one record of it. */
static const unsigned char message[] = {0, 10, 0, 44, 0x60, 0x72, 0xcc, 0x40, 0,   0, 0, 1, 0, 0, 0,
                                        7, 0,  2, 0,  16,   1,    0,    0,    2,   0, 8, 0, 4, 0, 1,
                                        0, 4,  1, 0,  0,    12,   192,  0,    2,   1, 0, 0, 5, 0xdc};

static netflow_listener_options options_of(const netflow_listen_address *addresses, size_t count) {
  netflow_listener_options options;
  CHECK(netflow_listener_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(options.size == sizeof options && options.max_message == 65535);
  options.addresses = addresses;
  options.address_count = count;
  return options;
}

static netflow_listen_address listen_address(const char *address, uint32_t transport) {
  netflow_listen_address made;
  memset(&made, 0, sizeof made);
  made.address = address;
  made.transport = transport;
  return made;
}

/* Options that mean nothing; each is refused with a sentence or before it. */
static void wrong_options_are_refused(void) {
  static const struct {
    const char *address;
    uint32_t transport;
    netflow_result result;
    const char *reason;
  } wrong[] = {
      {"nonsense", NETFLOW_LISTEN_UDP, NETFLOW_ERROR_ARGUMENT, "nonsense is not an address and port"},
      {"127.0.0.1:0", 3, NETFLOW_ERROR_ARGUMENT, "3 is not a transport"},
      {"192.0.2.1:0", NETFLOW_LISTEN_UDP, NETFLOW_ERROR_SYSTEM, "cannot listen on udp 192.0.2.1:0"},
      {"127.0.0.1:0", NETFLOW_LISTEN_TLS, NETFLOW_ERROR_ARGUMENT, "needs a certificate"},
  };
  netflow_listener *listener = NULL;
  netflow_listener_options options = options_of(NULL, 0);
  netflow_listen_address address = listen_address("127.0.0.1:0", NETFLOW_LISTEN_UDP);
  char text[200];
  char cut[8];
  size_t i;
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    netflow_listen_address one = listen_address(wrong[i].address, wrong[i].transport);
    options = options_of(&one, 1);
    CHECK(netflow_listener_new(&options, &listener, text, sizeof text) == wrong[i].result);
    CHECK(listener == NULL && strstr(text, wrong[i].reason) != NULL);
    CHECK(netflow_listener_new(&options, &listener, cut, sizeof cut) == wrong[i].result);
    CHECK(strlen(cut) == sizeof cut - 1 && strncmp(cut, text, sizeof cut - 1) == 0);
    CHECK(netflow_listener_new(&options, &listener, NULL, 0) == wrong[i].result);
  }
  options = options_of(NULL, 0);
  CHECK(netflow_listener_new(&options, &listener, text, sizeof text) == NETFLOW_ERROR_ARGUMENT);
  options = options_of(NULL, 1);
  CHECK(netflow_listener_new(&options, &listener, NULL, 0) == NETFLOW_ERROR_NULL);
  options = options_of(&address, 1);
  options.idle = -2;
  CHECK(netflow_listener_new(&options, &listener, NULL, 0) == NETFLOW_ERROR_ARGUMENT);
  options = options_of(&address, 1);
  options.reserved = 1;
  CHECK(netflow_listener_new(&options, &listener, NULL, 0) == NETFLOW_ERROR_ARGUMENT);
  address.reserved = 1;
  options = options_of(&address, 1);
  CHECK(netflow_listener_new(&options, &listener, NULL, 0) == NETFLOW_ERROR_ARGUMENT);
  options.size = 1;
  CHECK(netflow_listener_new(&options, &listener, NULL, 0) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_listener_new(NULL, &listener, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_listener_new(&options, NULL, NULL, 0) == NETFLOW_ERROR_NULL);
}

static struct sockaddr_in address_of(const netflow_listener *listener, size_t index) {
  struct sockaddr_in to;
  netflow_address address;
  uint16_t port = 0;
  CHECK(netflow_listener_address(listener, index, &address, &port) == NETFLOW_OK);
  CHECK(address.family == 4 && address.octets[0] == 127 && port != 0);
  memset(&to, 0, sizeof to);
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  memcpy(&to.sin_addr, address.octets, 4);
  return to;
}

static void send_datagram(struct sockaddr_in to, const void *octets, size_t len) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  CHECK(sendto(fd, octets, len, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)len);
  close(fd);
}

/* The next result that is not idleness. */
static netflow_result receive(netflow_listener *listener, netflow_decoder *decoder,
                              netflow_datagram *datagram) {
  netflow_result result;
  CHECK(netflow_datagram_init(datagram, sizeof *datagram, NULL, 0) == NETFLOW_OK);
  do {
    result = netflow_receive(listener, decoder, datagram);
  } while (result == NETFLOW_IDLE);
  return result;
}

static void one_flow_is_there(netflow_decoder *decoder) {
  netflow_flow flows[2];
  size_t count = 0;
  CHECK(netflow_flows(decoder, flows, sizeof flows[0], 2, &count) == NETFLOW_OK);
  CHECK(count == 1 && flows[0].octets == 1500);
}

static void datagrams_are_received(netflow_listener *listener, netflow_decoder *decoder) {
  netflow_datagram datagram;
  netflow_error error;
  send_datagram(address_of(listener, 0), message, sizeof message);
  CHECK(receive(listener, decoder, &datagram) == NETFLOW_OK);
  CHECK(datagram.payload_len == sizeof message && datagram.frame == 1);
  CHECK(memcmp(datagram.payload, message, sizeof message) == 0);
  CHECK(datagram.exporter.family == 4 && datagram.port != 0);
  CHECK(datagram.transport == NETFLOW_TRANSPORT_UDP && datagram.received > 0);
  one_flow_is_there(decoder);
  send_datagram(address_of(listener, 0), "none", 4);
  CHECK(receive(listener, decoder, &datagram) == NETFLOW_ERROR_UNREADABLE);
  CHECK(datagram.payload_len == 4 && datagram.frame == 2);
  CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
  CHECK(error.result == NETFLOW_ERROR_UNREADABLE);
  /* Without interest in the datagram. */
  send_datagram(address_of(listener, 0), message, sizeof message);
  while (netflow_receive(listener, decoder, NULL) == NETFLOW_IDLE) {
  }
  one_flow_is_there(decoder);
}

static void messages_of_a_connection_are_received(netflow_listener *listener,
                                                  netflow_decoder *decoder) {
  struct sockaddr_in to = address_of(listener, 1);
  netflow_datagram datagram;
  netflow_stats stats;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
  CHECK(write(fd, message, 20) == 20);
  CHECK(netflow_receive(listener, decoder, NULL) == NETFLOW_IDLE);
  CHECK(write(fd, message + 20, sizeof message - 20) == (ssize_t)sizeof message - 20);
  CHECK(receive(listener, decoder, &datagram) == NETFLOW_OK);
  CHECK(datagram.transport == NETFLOW_TRANSPORT_STREAM);
  one_flow_is_there(decoder);
  close(fd);
  CHECK(receive(listener, decoder, &datagram) == NETFLOW_SESSION_ENDED);
  CHECK(datagram.payload_len == 0 && datagram.exporter.family == 4 && datagram.port != 0);
  CHECK(netflow_stats_read(decoder, &stats, sizeof stats) == NETFLOW_OK);
}

static int run_api_of_listeners(void) {
  netflow_listen_address addresses[2];
  netflow_listener_options options;
  netflow_listener_stats stats;
  netflow_listener *listener;
  netflow_decoder *decoder;
  netflow_address address;
  netflow_datagram datagram;
  uint16_t port;
  char text[200];
  wrong_options_are_refused();
  addresses[0] = listen_address("127.0.0.1:0", NETFLOW_LISTEN_UDP);
  addresses[1] = listen_address("127.0.0.1:0", NETFLOW_LISTEN_TCP);
  options = options_of(addresses, 2);
  options.idle = 20000000;
  CHECK(netflow_decoder_new(NULL, &decoder) == NETFLOW_OK);
  CHECK(netflow_listener_new(&options, &listener, text, sizeof text) == NETFLOW_OK);
  CHECK(netflow_listener_address(listener, 2, &address, &port) == NETFLOW_END);
  CHECK(netflow_listener_fd(listener) >= 0);
  CHECK(netflow_receive(listener, decoder, NULL) == NETFLOW_IDLE);
  datagrams_are_received(listener, decoder);
  messages_of_a_connection_are_received(listener, decoder);
  CHECK(netflow_listener_stats_read(listener, &stats, sizeof stats) == NETFLOW_OK);
  CHECK(stats.datagrams == 3 && stats.messages == 1 && stats.kernel_drops == 0);
  CHECK(stats.datagram_octets == 2 * sizeof message + 4 && stats.connections == 1);
  /* What was received before the stop comes first. */
  send_datagram(address_of(listener, 0), message, sizeof message);
  CHECK(netflow_listener_stop(listener) == NETFLOW_OK);
  CHECK(receive(listener, decoder, &datagram) == NETFLOW_OK);
  CHECK(receive(listener, decoder, &datagram) == NETFLOW_END);
  CHECK(netflow_receive(NULL, decoder, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_receive(listener, NULL, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_listener_stop(NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_listener_fd(NULL) == -1);
  CHECK(netflow_listener_stats_read(NULL, &stats, sizeof stats) == NETFLOW_ERROR_NULL);
  netflow_decoder_free(decoder);
  netflow_listener_free(listener);
  netflow_listener_free(NULL);
  return 0;
}

static int run_absence_of_listeners(void) {
  netflow_listen_address address = listen_address("127.0.0.1:0", NETFLOW_LISTEN_UDP);
  netflow_listener_options options = options_of(&address, 1);
  netflow_listener *listener = NULL;
  char text[200];
  CHECK(netflow_listener_new(&options, &listener, text, sizeof text) == NETFLOW_ERROR_UNSUPPORTED);
  CHECK(listener == NULL && strstr(text, "`live`") != NULL);
  return 0;
}

int run_listener(const char *command) {
  if (strcmp(command, "api") == 0) return run_api_of_listeners();
  if (strcmp(command, "absent") == 0) return run_absence_of_listeners();
  return 2;
}
