/* Prints what a capture or an IPFIX file holds as JSON, a line for each flow or record, and then what is
   wrong with the exports in it.

     cc decode_file.c -o decode_file $(pkg-config --cflags --libs netflow)
     ./decode_file capture.pcapng.gz
     ./decode_file capture.pcap 'dst port 443 and bytes > 1M'      only these flows
     ./decode_file -r capture.pcap                                 records with all their fields
     ./decode_file -d elements.csv -r capture.pcap                 and elements of your own by name */
#include <inttypes.h>
#include <netflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decoder for files, with definitions of elements from `path`, unless that is NULL. */
static netflow_decoder *new_decoder(const char *path) {
  netflow_decoder *decoder = NULL;
  netflow_definitions *definitions = NULL;
  netflow_options options;
  netflow_error error;
  char why[200] = "";
  netflow_options_init(&options, sizeof options);
  options.template_lifetime = NETFLOW_NEVER; /* a file has a time of its own */
  if (path != NULL) {
    netflow_definitions_new(&definitions);
    if (netflow_definitions_read(definitions, path, why, sizeof why) != NETFLOW_OK) {
      fprintf(stderr, "%s\n", why);
      exit(2);
    }
    netflow_definitions_list(definitions, &options.definitions, &options.definition_count);
  }
  if (netflow_decoder_new(&options, &decoder) != NETFLOW_OK) {
    netflow_last_error(NULL, &error, sizeof error);
    fprintf(stderr, "netflow: %s\n", error.detail.data);
    exit(1);
  }
  netflow_definitions_free(definitions); /* the decoder has copied them */
  return decoder;
}

/* Makes the decoder return only the flows that match the expression. */
static void choose(netflow_decoder *decoder, const char *expression) {
  netflow_filter *filter;
  netflow_filter_error error;
  if (netflow_filter_new(expression, &filter, &error, sizeof error) != NETFLOW_OK) {
    fprintf(stderr, "%s\n%s\n%*s\n", error.message, expression, (int)error.column, "^");
    exit(2);
  }
  netflow_filter_set(decoder, filter);
  netflow_filter_free(filter); /* the decoder keeps it */
}

/* Decodes all of the file. */
static netflow_result decode(netflow_source *source, netflow_decoder *decoder, netflow_json *json,
                             netflow_health *health) {
  netflow_datagram datagram;
  netflow_text row;
  netflow_result result;
  netflow_datagram_init(&datagram, sizeof datagram, NULL, 0);
  while ((result = netflow_source_next(source, &datagram)) != NETFLOW_END) {
    if (result < 0) return result;
    if (result == NETFLOW_SESSION_ENDED) {
      netflow_health_session_ended(health, decoder, &datagram.exporter, datagram.port);
      netflow_end_session(decoder, &datagram.exporter, datagram.port);
      continue;
    }
    if (netflow_decode(decoder, &datagram) != NETFLOW_OK) {
      netflow_health_unreadable(health, decoder, &datagram);
      continue;
    }
    netflow_health_add(health, decoder);
    while (netflow_next_json(json, decoder, &row) == NETFLOW_OK) puts(row.data);
  }
  return NETFLOW_OK;
}

/* The code, the exporter and the numbers of each finding. */
static void print_findings(netflow_health *health, netflow_decoder *decoder) {
  static const char *const severities[] = {"info", "warning", "error"};
  netflow_finding finding;
  netflow_detail detail;
  netflow_health_report(health, decoder);
  while (netflow_next_finding(health, &finding, sizeof finding) == NETFLOW_OK) {
    char exporter[46] = "-";
    size_t i;
    netflow_address_text(&finding.exporter, exporter, sizeof exporter);
    fprintf(stderr, "%s: %s, exporter %s, domain %" PRIu32, severities[finding.severity % 3],
            finding.code.data, exporter, finding.observation_domain);
    for (i = 0; netflow_finding_detail(health, i, &detail, sizeof detail) == NETFLOW_OK; i++) {
      if (detail.detail_type == NETFLOW_DETAIL_NUMBER) {
        fprintf(stderr, ", %s %" PRIu64, detail.name.data, detail.number);
      }
    }
    fputc('\n', stderr);
  }
}

int main(int argc, char **argv) {
  const char *definitions = NULL;
  uint32_t schema = NETFLOW_JSON_FLOW;
  char why[200] = "";
  netflow_source *source = NULL;
  netflow_source_stats stats;
  netflow_decoder *decoder;
  netflow_json *json = NULL;
  netflow_health *health = NULL;
  netflow_result result;
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (strcmp(argv[i], "-r") == 0) schema = NETFLOW_JSON_RECORD;
    if (strcmp(argv[i], "-d") == 0 && i + 1 < argc) definitions = argv[++i];
  }
  if (i >= argc) {
    fprintf(stderr, "usage: %s [-r] [-d DEFINITIONS] FILE [EXPRESSION]\n", argv[0]);
    return 2;
  }
  if (netflow_source_new(argv[i], NULL, &source, why, sizeof why) != NETFLOW_OK) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  decoder = new_decoder(definitions);
  if (i + 1 < argc) choose(decoder, argv[i + 1]);
  netflow_json_new(decoder, schema, &json);
  netflow_health_new(&health);
  result = decode(source, decoder, json, health);
  if (result < 0) fprintf(stderr, "%s\n", netflow_source_message(source).data);
  print_findings(health, decoder);
  netflow_source_stats_read(source, &stats, sizeof stats);
  fprintf(stderr, "%" PRIu64 " datagrams in %" PRIu64 " packets\n", stats.datagrams, stats.packets);
  netflow_health_free(health);
  netflow_json_free(json);
  netflow_decoder_free(decoder);
  netflow_source_free(source);
  return result < 0;
}
