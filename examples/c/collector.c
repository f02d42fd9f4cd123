/* Receives flow export on a UDP port and prints the flows.

     cc collector.c -o collector $(pkg-config --cflags --libs netflow)
     ./collector 2055         until it is interrupted
     ./collector 0 100        on a port that the system chooses, until 100 flows came */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <inttypes.h>
#include <netflow.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number) {
  (void)signal_number;
  interrupted = 1;
}

/* What is kept while flows are printed. */
struct collector {
  uint64_t flows;
  uint64_t limit;
};

/* Called with each flow; what it points to is gone when this returns. */
static int print_flow(const netflow_flow *flow, void *user) {
  struct collector *collector = user;
  char source[46] = "-";
  char destination[46] = "-";
  netflow_address_text(&flow->source_address, source, sizeof source);
  netflow_address_text(&flow->destination_address, destination, sizeof destination);
  printf("%s:%u -> %s:%u protocol %u: %" PRIu64 " octets, %" PRIu64 " packets\n", source,
         (unsigned)flow->source_port, destination, (unsigned)flow->destination_port,
         (unsigned)flow->protocol, flow->octets, flow->packets);
  fflush(stdout);
  collector->flows++;
  /* Anything but 0 stops. */
  return collector->limit != 0 && collector->flows >= collector->limit;
}

/* A socket for IPv4 and IPv6; returns its port. */
static int open_socket(unsigned port) {
  struct sockaddr_in6 address;
  socklen_t len = sizeof address;
  int off = 0;
  int octets = 4 << 20;
  int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  memset(&address, 0, sizeof address);
  address.sin6_family = AF_INET6;
  address.sin6_port = htons((uint16_t)port);
  if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
    perror("socket");
    exit(1);
  }
  /* Exporters send in bursts. */
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
  fprintf(stderr, "port %u\n", (unsigned)ntohs(address.sin6_port));
  return fd;
}

int main(int argc, char **argv) {
  static unsigned char buffer[65536];
  struct collector collector = {0, 0};
  struct sigaction action;
  netflow_decoder *decoder;
  netflow_options options;
  netflow_result result = NETFLOW_OK;
  int fd = open_socket(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2055);
  collector.limit = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;

  memset(&action, 0, sizeof action);
  action.sa_handler = interrupt;
  sigaction(SIGINT, &action, NULL);

  /* Only what is printed is filled. */
  netflow_options_init(&options, sizeof options);
  memset(options.fields, 0, sizeof options.fields);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_SOURCE_ADDRESS);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_DESTINATION_ADDRESS);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_SOURCE_PORT);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_DESTINATION_PORT);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_PROTOCOL);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_OCTETS);
  NETFLOW_ADD(options.fields, NETFLOW_FIELD_PACKETS);
  if (netflow_decoder_new(&options, &decoder) != NETFLOW_OK) return 1;

  while (!interrupted && result != NETFLOW_STOPPED) {
    struct sockaddr_storage from;
    socklen_t from_len = sizeof from;
    netflow_datagram datagram;
    ssize_t len = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_len);
    if (len < 0) continue;
    netflow_datagram_init(&datagram, sizeof datagram, &from, from_len);
    datagram.payload = buffer;
    datagram.payload_len = (size_t)len;
    if (netflow_decode(decoder, &datagram) != NETFLOW_OK) {
      netflow_error error;
      netflow_last_error(decoder, &error, sizeof error);
      fprintf(stderr, "not read: %s at octet %zu\n", error.detail.data, error.offset);
      continue;
    }
    result = netflow_each_flow(decoder, print_flow, &collector);
  }
  fprintf(stderr, "%" PRIu64 " flows\n", collector.flows);
  netflow_decoder_free(decoder);
  close(fd);
  return 0;
}
