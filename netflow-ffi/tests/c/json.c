/* Messages as JSON. */
#include "tests.h"

static netflow_decoder *decoder_of(int first, int second) {
  netflow_decoder *decoder;
  netflow_options options;
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  if (first >= 0) NETFLOW_ADD(options.fields, first);
  if (second >= 0) NETFLOW_ADD(options.fields, second);
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_OK);
  return decoder;
}

static void check_row(netflow_json *json, netflow_decoder *decoder, const char *wanted) {
  netflow_text row;
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_OK);
  CHECK(strlen(row.data) == row.len);
  CHECK(strncmp(row.data, wanted, strlen(wanted)) == 0);
  CHECK(row.data[row.len - 1] == '}');
}

static void flows_have_the_fields_that_were_asked_for(void) {
  netflow_decoder *decoder = decoder_of(NETFLOW_FIELD_DESTINATION_PORT, NETFLOW_FIELD_OCTETS);
  netflow_datagram datagram = datagram_of_two();
  netflow_filter *filter;
  netflow_json *json;
  netflow_json *chosen;
  netflow_text row;
  CHECK(netflow_json_new(decoder, NETFLOW_JSON_FLOW, &json) == NETFLOW_OK);
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_ERROR_NO_MESSAGE && row.len == 0);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  check_row(json, decoder, "{\"destination_port\":53,\"octets\":100}");
  check_row(json, decoder, "{\"destination_port\":0,\"octets\":9}");
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_END && row.data == NULL);
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  check_row(json, decoder, "{\"destination_port\":53");

  /* Of another message before the last row was taken. */
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  check_row(json, decoder, "{\"destination_port\":53");

  CHECK(netflow_filter_new("port 53", &filter, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_filter_set(decoder, filter) == NETFLOW_OK);
  netflow_filter_free(filter);
  CHECK(netflow_json_new(decoder, NETFLOW_JSON_FLOW, &chosen) == NETFLOW_OK);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  check_row(chosen, decoder, "{\"destination_port\":53");
  CHECK(netflow_next_json(chosen, decoder, &row) == NETFLOW_END);
  netflow_json_free(chosen);
  netflow_decoder_free(decoder);
  /* It needs no decoder to be freed, and may write what another read. */
  decoder = decoder_of(-1, -1);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  check_row(json, decoder, "{\"destination_port\":53,\"octets\":100}");
  netflow_json_free(json);
  netflow_decoder_free(decoder);
}

static void records_have_all_fields(void) {
  netflow_decoder *decoder = decoder_of(-1, -1);
  netflow_datagram datagram = datagram_of_two();
  unsigned char payload[24 + 2 * 48];
  netflow_json *json;
  netflow_text row;
  CHECK(netflow_json_new(decoder, NETFLOW_JSON_RECORD, &json) == NETFLOW_OK);
  memcpy(payload, datagram.payload, sizeof payload);
  datagram.payload = payload;
  /* A count that is too high is a problem, and a row. */
  payload[3] = 3;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  check_row(json, decoder, "{\"frame\":1,\"received\":\"2023-11-14T22:13:20.000000Z\","
                           "\"exporter\":\"198.0.0.0\",\"port\":2055,\"protocol\":\"netflow5\"");
  check_row(json, decoder, "{\"frame\":1");
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_OK);
  CHECK(strstr(row.data, "\"kind\":\"problem\"") != NULL);
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_END);
  netflow_json_free(json);
  CHECK(netflow_json_new(decoder, NETFLOW_JSON_WIRE, &json) == NETFLOW_OK);
  CHECK(netflow_rewind(decoder) == NETFLOW_OK);
  check_row(json, decoder, "{\"frame\":1,\"exporter\"");
  netflow_json_free(json);
  CHECK(netflow_json_new(decoder, 3, &json) == NETFLOW_ERROR_ARGUMENT && json == NULL);
  CHECK(netflow_json_new(decoder, 0, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_json_new(NULL, 0, &json) == NETFLOW_ERROR_NULL);
  CHECK(netflow_next_json(NULL, decoder, &row) == NETFLOW_ERROR_NULL);
  netflow_json_free(NULL);
  netflow_decoder_free(decoder);
}

static void write_file(const char *name, const char *text) {
  FILE *file = fopen(name, "w");
  CHECK(file != NULL);
  CHECK(fputs(text, file) >= 0);
  CHECK(fclose(file) == 0);
}

static void check_document(netflow_decoder *decoder, const char *schema, const netflow_setting *settings,
                           size_t count, const char *wanted) {
  netflow_datagram datagram = datagram_of_two();
  unsigned char payload[24 + 2 * 48];
  netflow_json *json;
  netflow_text row;
  memcpy(payload, datagram.payload, sizeof payload);
  datagram.payload = payload;
  payload[24 + 13] = 7; /* The input interface. */
  CHECK(netflow_json_documents(decoder, schema, settings, count, &json, NULL, 0) == NETFLOW_OK);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_OK);
  CHECK(row.data[0] == '{' && strstr(row.data, wanted) != NULL);
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_OK);
  CHECK(netflow_next_json(json, decoder, &row) == NETFLOW_END);
  netflow_json_free(json);
}

static void documents_have_the_names_of_their_tool(void) {
  static const char services[] = "netflow-services-of-a-test";
  static const char interfaces[] = "netflow-interfaces-of-a-test.csv";
  netflow_setting settings[4] = {
      {"services", services}, {"tag", "edge"}, {"add-field", "site=here"}, {"compat", "true"}};
  netflow_decoder *decoder = decoder_of(-1, -1);
  netflow_json *json;
  char message[200];
  check_document(decoder, "logstash", NULL, 0, "\"l4_dst_port\":53");
  write_file(services, "domain 53/udp\n");
  check_document(decoder, "ecs", settings, 4, "\"application\":\"domain\"");
  check_document(decoder, "ecs", settings, 4, "\"tags\":[\"edge\"],\"site\":\"here\"");
  check_document(decoder, "elastiflow", settings, 1, "\"dst_port_name\":\"domain (UDP/53)\"");

  write_file(interfaces, "exporter,index,name,speed\n198.0.0.0,eth0,uplink,10G\n");
  CHECK(netflow_decoder_read_interfaces(decoder, interfaces, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strstr(message, "netflow-interfaces-of-a-test.csv:2:") == message);
  write_file(interfaces, "exporter,index,name,speed\n198.0.0.0,7,uplink,10G\n");
  CHECK(netflow_decoder_read_interfaces(decoder, interfaces, NULL, 0) == NETFLOW_OK);
  check_document(decoder, "akvorado", NULL, 0, "\"InIfName\":\"uplink\"");
  check_document(decoder, "akvorado", NULL, 0, "\"InIfSpeed\":10000");
  CHECK(netflow_decoder_read_interfaces(decoder, NULL, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_decoder_read_interfaces(NULL, interfaces, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(remove(interfaces) == 0);

  write_file(services, "domain\n");
  CHECK(netflow_json_documents(decoder, "ecs", settings, 1, &json, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(json == NULL);
  CHECK(strcmp(message, "services: netflow-services-of-a-test:1: expected a port as 443/tcp, found "
                        "\"\"") == 0);
  CHECK(remove(services) == 0);
  settings[0].name = "geo";
  settings[0].value = "no-such-file.mmdb";
  CHECK(netflow_json_documents(decoder, "ecs", settings, 1, &json, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strstr(message, "geo: no-such-file.mmdb: ") == message);
  CHECK(netflow_json_documents(decoder, "syslog", NULL, 0, &json, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strstr(message, "none of ecs") != NULL);
  CHECK(netflow_json_documents(decoder, "sflowtool", NULL, 0, &json, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strcmp(message, "sflowtool is not written as JSON") == 0);
  /* What the C library lacks is named as such. */
  settings[0].name = "dns";
  settings[0].value = "system";
  CHECK(netflow_json_documents(decoder, "ecs", settings, 1, &json, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strcmp(message, "dns: the C library has no such setting") == 0);
  /* Without a sentence, the message is empty. */
  settings[0].name = "tag";
  settings[0].value = "caf\xe9";
  CHECK(netflow_json_documents(decoder, "ecs", settings, 1, &json, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(message[0] == 0);
  settings[0].value = NULL;
  CHECK(netflow_json_documents(decoder, "ecs", settings, 1, &json, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_json_documents(decoder, "ecs", NULL, 1, &json, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_json_documents(decoder, NULL, NULL, 0, &json, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_json_documents(NULL, "ecs", NULL, 0, &json, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_json_documents(decoder, "ecs", NULL, 0, NULL, NULL, 0) == NETFLOW_ERROR_NULL);
  netflow_decoder_free(decoder);
}

void check_json(void) {
  documents_have_the_names_of_their_tool();
  flows_have_the_fields_that_were_asked_for();
  records_have_all_fields();
}
