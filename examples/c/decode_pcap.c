/* Prints the flows of a capture, one a line, and what could not be read.

     cc decode_pcap.c -o decode_pcap $(pkg-config --cflags --libs netflow) -lpcap
     ./decode_pcap capture.pcap
     ./decode_pcap capture.pcap 'proto tcp and dst port 443'

   Of the capture only UDP over Ethernet and IP without fragments is looked at, to keep the example
   short; the command `netflow` reads more. */
#include <inttypes.h>
#include <netflow.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOWS = 64 };

static unsigned number(const unsigned char *octets) { return octets[0] * 256u + octets[1]; }

/* Finds the UDP payload of an Ethernet frame, and whom it comes from; 0 if there is none. */
static int find_payload(const unsigned char *frame, size_t len, netflow_datagram *datagram) {
  size_t ip = 14;
  size_t udp;
  unsigned type;
  if (len < ip) return 0;
  type = number(frame + 12);
  while (type == 0x8100 && len >= ip + 4) { /* VLAN tags */
    type = number(frame + ip + 2);
    ip += 4;
  }
  if (type == 0x0800 && len >= ip + 20 && frame[ip + 9] == 17) {
    if ((number(frame + ip + 6) & 0x3fff) != 0) return 0; /* a fragment */
    udp = ip + (frame[ip] & 15u) * 4u;
    datagram->exporter.family = 4;
    memcpy(datagram->exporter.octets, frame + ip + 12, 4);
  } else if (type == 0x86dd && len >= ip + 40 && frame[ip + 6] == 17) {
    udp = ip + 40;
    datagram->exporter.family = 6;
    memcpy(datagram->exporter.octets, frame + ip + 8, 16);
  } else {
    return 0;
  }
  if (len < udp + 8 || number(frame + udp + 4) < 8) return 0;
  datagram->port = (uint16_t)number(frame + udp);
  datagram->payload = frame + udp + 8;
  datagram->payload_len = number(frame + udp + 4) - 8;
  /* Ethernet pads short datagrams; a capture may be truncated. */
  if (datagram->payload_len > len - udp - 8) datagram->payload_len = len - udp - 8;
  return 1;
}

static void print_address(const netflow_address *address) {
  char text[46] = "-";
  netflow_address_text(address, text, sizeof text); /* leaves the dash if there is none */
  printf("%s ", text);
}

static void print_flow(const netflow_flow *flow) {
  printf("%.*s ", (int)flow->export_protocol.len, flow->export_protocol.data);
  print_address(&flow->source_address);
  print_address(&flow->destination_address);
  /* An absent field is not 0. */
  if (NETFLOW_HAS(flow, NETFLOW_FIELD_OCTETS)) {
    printf("%" PRIu64 " octets", flow->octets);
  } else {
    printf("- octets");
  }
  if (NETFLOW_HAS(flow, NETFLOW_FIELD_SAMPLING_RATE)) {
    printf(", 1 of %" PRIu64 " (%.*s)", flow->sampling_rate, (int)flow->sampling.len,
           flow->sampling.data);
  }
  printf("\n");
}

/* Decodes one datagram and prints its flows and problems. */
static uint64_t print_datagram(netflow_decoder *decoder, const netflow_datagram *datagram) {
  netflow_flow flows[FLOWS];
  netflow_problem problem;
  uint64_t printed = 0;
  size_t count;
  size_t i;
  if (netflow_decode(decoder, datagram) != NETFLOW_OK) return 0; /* something else than export */
  while (netflow_flows(decoder, flows, sizeof flows[0], FLOWS, &count) == NETFLOW_OK) {
    for (i = 0; i < count; i++) print_flow(&flows[i]);
    printed += count;
  }
  while (netflow_next_problem(decoder, &problem, sizeof problem) == NETFLOW_OK) {
    fprintf(stderr, "packet %" PRIu64 ", octet %zu: %s\n", datagram->frame, problem.offset,
            problem.detail.data);
  }
  return printed;
}

/* Makes the decoder return only the flows that match the expression. */
static int choose(netflow_decoder *decoder, const char *expression) {
  netflow_filter *filter;
  netflow_filter_error error;
  if (netflow_filter_new(expression, &filter, &error, sizeof error) != NETFLOW_OK) {
    fprintf(stderr, "%s\n%s\n%*s\n", error.message, expression, (int)error.column, "^");
    return 0;
  }
  netflow_filter_set(decoder, filter);
  netflow_filter_free(filter); /* the decoder keeps it */
  return 1;
}

int main(int argc, char **argv) {
  char why[PCAP_ERRBUF_SIZE];
  pcap_t *capture;
  struct pcap_pkthdr *header;
  const unsigned char *frame;
  netflow_decoder *decoder;
  netflow_options options;
  netflow_stats stats;
  uint64_t number_of_frame = 0;
  uint64_t flows = 0;
  netflow_result result;
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "usage: %s FILE [EXPRESSION]\n", argv[0]);
    return 2;
  }
  capture = pcap_open_offline(argv[1], why);
  if (capture == NULL || pcap_datalink(capture) != DLT_EN10MB) {
    fprintf(stderr, "%s: %s\n", argv[1], capture == NULL ? why : "not of Ethernet");
    return 1;
  }
  netflow_options_init(&options, sizeof options);
  options.template_lifetime = NETFLOW_NEVER; /* a capture has a time of its own */
  result = netflow_decoder_new(&options, &decoder);
  if (result != NETFLOW_OK) {
    fprintf(stderr, "netflow: %s\n", netflow_strerror(result));
    return 1;
  }
  if (argc == 3 && !choose(decoder, argv[2])) return 2;
  while (pcap_next_ex(capture, &header, &frame) == 1) {
    netflow_datagram datagram;
    netflow_datagram_init(&datagram, sizeof datagram, NULL, 0);
    datagram.frame = ++number_of_frame;
    datagram.received =
        (int64_t)header->ts.tv_sec * 1000000000 + (int64_t)header->ts.tv_usec * 1000;
    if (find_payload(frame, header->caplen, &datagram)) flows += print_datagram(decoder, &datagram);
  }
  netflow_stats_read(decoder, &stats, sizeof stats);
  fprintf(stderr, "%" PRIu64 " datagrams, %" PRIu64 " flows\n", stats.datagrams, flows);
  netflow_decoder_free(decoder);
  pcap_close(capture);
  return 0;
}
