/* Receives flow export on several addresses, over UDP and TCP, and prints the flows. The library needs
   its sockets: cargo xtask install-c --features live

     cc listener.c -o listener $(pkg-config --cflags --libs netflow)
     ./listener                          UDP 2055, 4739 and 6343, TCP 4739; until it is interrupted
     ./listener 20 127.0.0.1:0 tcp 127.0.0.1:0   until 20 flows were received, on other addresses */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <netflow.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Addresses at most. */
#define ADDRESSES 16

static netflow_listener *listener;

static void interrupt(int signal_number) {
  (void)signal_number;
  /* What was received before is still returned. */
  netflow_listener_stop(listener);
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

/* The addresses of the command line, or the usual ones; `tcp` is for the address after it. */
static size_t read_addresses(int argc, char **argv, netflow_listen_address *addresses) {
  static const char *usual[] = {"[::]:2055", "[::]:4739", "[::]:6343"};
  uint32_t transport = NETFLOW_LISTEN_UDP;
  size_t count = 0;
  int i;
  memset(addresses, 0, ADDRESSES * sizeof addresses[0]);
  for (i = 2; i < argc && count < ADDRESSES; i++) {
    if (strcmp(argv[i], "tcp") == 0) {
      transport = NETFLOW_LISTEN_TCP;
      continue;
    }
    addresses[count].transport = transport;
    addresses[count++].address = argv[i];
    transport = NETFLOW_LISTEN_UDP;
  }
  if (count > 0) return count;
  for (; count < 3; count++) addresses[count].address = usual[count];
  addresses[count].transport = NETFLOW_LISTEN_TCP;
  addresses[count].address = usual[1];
  return count + 1;
}

static void open_listener(int argc, char **argv) {
  netflow_listen_address addresses[ADDRESSES];
  netflow_listener_options options;
  netflow_address address;
  uint16_t port;
  char text[256] = "";
  size_t i;
  netflow_listener_options_init(&options, sizeof options);
  options.addresses = addresses;
  options.address_count = read_addresses(argc, argv, addresses);
  if (netflow_listener_new(&options, &listener, text, sizeof text) != NETFLOW_OK) {
    fprintf(stderr, "%s\n", text);
    exit(1);
  }
  for (i = 0; netflow_listener_address(listener, i, &address, &port) == NETFLOW_OK; i++) {
    fprintf(stderr, "port %u\n", (unsigned)port);
  }
}

int main(int argc, char **argv) {
  struct collector collector = {0, 0};
  netflow_listener_stats stats;
  netflow_decoder *decoder;
  netflow_result result;
  struct sigaction action;
  collector.limit = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  if (netflow_decoder_new(NULL, &decoder) != NETFLOW_OK) return 1;
  open_listener(argc, argv);
  memset(&action, 0, sizeof action);
  action.sa_handler = interrupt;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);

  while ((result = netflow_receive(listener, decoder, NULL)) != NETFLOW_END) {
    if (result == NETFLOW_OK) {
      result = netflow_each_flow(decoder, print_flow, &collector);
      if (result == NETFLOW_STOPPED) break;
    } else if (result == NETFLOW_ERROR_UNREADABLE) {
      netflow_error error;
      netflow_last_error(decoder, &error, sizeof error);
      fprintf(stderr, "not read: %s at octet %zu\n", error.detail.data, error.offset);
    } else if (result < 0) {
      fprintf(stderr, "%s\n", netflow_strerror(result));
      return 1;
    }
  }
  netflow_listener_stats_read(listener, &stats, sizeof stats);
  fprintf(stderr, "%" PRIu64 " flows of %" PRIu64 " datagrams and %" PRIu64 " messages, %" PRIu64
                  " dropped by the kernel\n",
          collector.flows, stats.datagrams, stats.messages, stats.kernel_drops);
  netflow_decoder_free(decoder);
  netflow_listener_free(listener);
  return 0;
}
