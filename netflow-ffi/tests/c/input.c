#include "tests.h"

input input_open(const char *path) {
  input in;
  FILE *file = fopen(path, "rb");
  long len;
  CHECK(file != NULL);
  CHECK(fseek(file, 0, SEEK_END) == 0);
  len = ftell(file);
  CHECK(len >= 0);
  CHECK(fseek(file, 0, SEEK_SET) == 0);
  in.len = (size_t)len;
  in.next = 0;
  in.octets = (unsigned char *)malloc(in.len + 1);
  CHECK(in.octets != NULL);
  CHECK(fread(in.octets, 1, in.len, file) == in.len);
  fclose(file);
  return in;
}

void input_close(input *in) {
  free(in->octets);
  in->octets = NULL;
}

static uint64_t number(const unsigned char *octets, int width) {
  uint64_t value = 0;
  while (width-- > 0) value = value << 8 | *octets++;
  return value;
}

int input_next(input *in, netflow_datagram *datagram, int *begins_session) {
  const unsigned char *head = in->octets + in->next;
  size_t len;
  if (in->next == in->len) return 0;
  CHECK(in->len - in->next >= 42);
  CHECK(netflow_datagram_init(datagram, sizeof *datagram, NULL, 0) == NETFLOW_OK);
  CHECK(datagram->received == NETFLOW_NOW);
  *begins_session = head[0];
  datagram->transport = head[1];
  datagram->exporter.family = head[2];
  datagram->port = (uint16_t)number(head + 4, 2);
  memcpy(datagram->exporter.octets, head + 6, 16);
  datagram->received = (int64_t)number(head + 22, 8);
  datagram->frame = number(head + 30, 8);
  len = (size_t)number(head + 38, 4);
  CHECK(in->len - in->next - 42 >= len);
  datagram->payload = head + 42;
  datagram->payload_len = len;
  in->next += 42 + len;
  return 1;
}

netflow_decoder *decoder_for_files(uint32_t flags) {
  netflow_decoder *decoder = NULL;
  netflow_options options;
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  options.template_lifetime = NETFLOW_NEVER;
  options.flags = flags;
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_OK);
  return decoder;
}

netflow_result decode_next(netflow_decoder *decoder, const netflow_datagram *datagram,
                           int begins_session) {
  if (begins_session && datagram->exporter.family != 0) {
    CHECK(netflow_end_session(decoder, &datagram->exporter, datagram->port) == NETFLOW_OK);
  }
  return netflow_decode(decoder, datagram);
}

static unsigned char two_flows[24 + 2 * 48];

netflow_datagram datagram_of_two(void) {
  netflow_datagram datagram;
  unsigned char *flow = two_flows + 24;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  memset(two_flows, 0, sizeof two_flows);
  two_flows[1] = 5;
  two_flows[3] = 2;
  flow[0] = 192, flow[2] = 2, flow[3] = 1;
  flow[23] = 100;
  flow[35] = 53;
  flow[38] = 17;
  flow += 48;
  flow[0] = 192, flow[2] = 2, flow[3] = 2;
  flow[23] = 9;
  flow[38] = 6;
  datagram.payload = two_flows;
  datagram.payload_len = sizeof two_flows;
  datagram.exporter.family = 4;
  datagram.exporter.octets[0] = 198;
  datagram.port = 2055;
  datagram.received = INT64_C(1700000000000000000);
  datagram.frame = 1;
  return datagram;
}
