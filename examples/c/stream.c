/* Reads IPFIX as TCP carries it from standard input, and writes the flows that match an expression to
   standard output as IPFIX again: a filter between an exporter and a collector.

     cc stream.c -o stream $(pkg-config --cflags --libs netflow)
     nc -l 4739 | ./stream 'proto tcp' | nc collector 4739

   A collector of many connections has a stream for each and one decoder for all. */
#include <netflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_message(const uint8_t *octets, size_t len, void *user) {
  /* Anything but 0 stops. */
  return fwrite(octets, 1, len, (FILE *)user) != len;
}

/* Decodes the messages that are complete, and sends them on. */
static netflow_result take_messages(netflow_stream *stream, netflow_decoder *decoder,
                                    netflow_relay *relay) {
  netflow_datagram datagram;
  netflow_result result;
  /* With its address, for a connection: netflow_datagram_init(&datagram, ..., &peer, peer_len). */
  netflow_datagram_init(&datagram, sizeof datagram, NULL, 0);
  while ((result = netflow_stream_next(stream, &datagram)) == NETFLOW_OK) {
    if (netflow_decode(decoder, &datagram) != NETFLOW_OK) continue;
    result = netflow_relay_forward(relay, decoder, write_message, stdout);
    if (result != NETFLOW_OK) return result;
  }
  return result;
}

int main(int argc, char **argv) {
  unsigned char octets[4096];
  ssize_t len;
  netflow_stream *stream = NULL;
  netflow_decoder *decoder = NULL;
  netflow_relay *relay = NULL;
  netflow_relay_options options;
  netflow_filter *filter;
  netflow_filter_error error;
  netflow_result result = NETFLOW_END;
  netflow_relay_options_init(&options, sizeof options);
  options.template_refresh = NETFLOW_NEVER; /* TCP loses no template */
  if (netflow_stream_new(0, &stream) != NETFLOW_OK ||
      netflow_decoder_new(NULL, &decoder) != NETFLOW_OK ||
      netflow_relay_new(&options, &relay) != NETFLOW_OK) {
    fputs("netflow: no memory\n", stderr);
    return 1;
  }
  if (argc > 1) {
    if (netflow_filter_new(argv[1], &filter, &error, sizeof error) != NETFLOW_OK) {
      fprintf(stderr, "%s\n", error.message);
      return 2;
    }
    netflow_filter_set(decoder, filter);
    netflow_filter_free(filter);
  }
  /* What has arrived is sent on at once: fread() would wait for more. */
  while (result == NETFLOW_END && (len = read(STDIN_FILENO, octets, sizeof octets)) > 0) {
    netflow_stream_push(stream, octets, (size_t)len);
    result = take_messages(stream, decoder, relay);
    fflush(stdout);
  }
  if (result < 0) fprintf(stderr, "netflow: %s\n", netflow_strerror(result));
  if (result == NETFLOW_STOPPED) fputs("the collector does not read\n", stderr);
  if (netflow_stream_pending(stream) > 0) fputs("the stream ends inside a message\n", stderr);
  netflow_relay_free(relay);
  netflow_decoder_free(decoder);
  netflow_stream_free(stream);
  return result != NETFLOW_END;
}
