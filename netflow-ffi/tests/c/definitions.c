/* Definitions of elements, read from files. */
#include "tests.h"

#define FILE_NAME "netflow-definitions-of-a-test.csv"

/* IPFIX: template 256 of element 64999/8 with 4 octets, and one record of 7. */
static const unsigned char own_element[] = {
    0, 10, 0, 44, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1,
    0, 2, 0, 16, 1, 0, 0, 1, 0x80, 8, 0, 4, 0, 0, 0xfd, 0xe7,
    1, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0, 0};

static void write_file(const char *text) {
  FILE *file = fopen(FILE_NAME, "w");
  CHECK(file != NULL);
  CHECK(fputs(text, file) >= 0);
  CHECK(fclose(file) == 0);
}

static void faults_have_a_line(netflow_definitions *definitions) {
  char message[200];
  char short_message[8];
  size_t count = 7;
  const netflow_definition *list;
  write_file("pen,id,name,type\n64999,8,mark,uint\n");
  CHECK(netflow_definitions_read(definitions, FILE_NAME, message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strstr(message, FILE_NAME ":2: expected an abstract data type") == message);
  CHECK(netflow_definitions_read(definitions, FILE_NAME, short_message, sizeof short_message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(strcmp(short_message, "netflow") == 0);
  CHECK(netflow_definitions_read(definitions, FILE_NAME, NULL, 0) == NETFLOW_ERROR_ARGUMENT);
  CHECK(netflow_definitions_read(definitions, "no-such-file.csv", message, sizeof message) ==
        NETFLOW_ERROR_ARGUMENT);
  CHECK(netflow_definitions_read(definitions, NULL, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_definitions_read(NULL, FILE_NAME, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_definitions_list(definitions, &list, &count) == NETFLOW_OK && count == 0);
  CHECK(netflow_definitions_list(NULL, &list, &count) == NETFLOW_ERROR_NULL);
  CHECK(netflow_definitions_list(definitions, NULL, &count) == NETFLOW_ERROR_NULL);
  CHECK(netflow_definitions_list(definitions, &list, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_definitions_new(NULL) == NETFLOW_ERROR_NULL);
  netflow_definitions_free(NULL);
}

void check_definitions(void) {
  netflow_definitions *definitions;
  netflow_options options;
  netflow_decoder *decoder;
  netflow_datagram datagram;
  netflow_flow flow;
  netflow_set set;
  netflow_record record;
  netflow_field field;
  size_t count;
  CHECK(netflow_definitions_new(&definitions) == NETFLOW_OK);
  faults_have_a_line(definitions);
  write_file("pen,id,name,type,semantics,units,same_as\n"
             "64999,9,other,string,,,\n"
             "64999,8,mark,unsigned32,identifier,packets,input_interface\n");
  CHECK(netflow_definitions_read(definitions, FILE_NAME, NULL, 0) == NETFLOW_OK);
  CHECK(remove(FILE_NAME) == 0);
  CHECK(netflow_options_init(&options, sizeof options) == NETFLOW_OK);
  CHECK(netflow_definitions_list(definitions, &options.definitions, &options.definition_count) ==
        NETFLOW_OK);
  CHECK(options.definition_count == 2);
  CHECK(strcmp(options.definitions[0].name, "other") == 0 && options.definitions[0].same_as_id == 0);
  CHECK(strcmp(options.definitions[1].name, "mark") == 0);
  CHECK(options.definitions[1].enterprise_number == 64999 && options.definitions[1].id == 8);
  CHECK(options.definitions[1].same_as_id == 10 && options.definitions[1].same_as_enterprise == 0);
  CHECK(options.definitions[1].data_type == NETFLOW_TYPE_UNSIGNED32);
  CHECK(options.definitions[1].semantics == NETFLOW_SEMANTICS_IDENTIFIER);
  CHECK(options.definitions[1].units == NETFLOW_UNITS_PACKETS);
  CHECK(netflow_decoder_new(&options, &decoder) == NETFLOW_OK);
  netflow_definitions_free(definitions);

  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  datagram.payload = own_element;
  datagram.payload_len = sizeof own_element;
  datagram.exporter.family = 4;
  datagram.exporter.octets[0] = 198;
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_flows(decoder, &flow, sizeof flow, 1, &count) == NETFLOW_OK && count == 1);
  CHECK(NETFLOW_HAS(&flow, NETFLOW_FIELD_INPUT_INTERFACE) && flow.input_interface == 7);
  /* Descriptions of fields in templates have the names and types too. */
  CHECK(netflow_next_set(decoder, &set, sizeof set) == NETFLOW_OK);
  CHECK(set.kind == NETFLOW_SET_TEMPLATES);
  CHECK(netflow_next_record(decoder, &record, sizeof record) == NETFLOW_OK);
  CHECK(netflow_next_field(decoder, &field, sizeof field) == NETFLOW_OK);
  CHECK(field.name.len == 4 && memcmp(field.name.data, "mark", 4) == 0);
  CHECK(field.value.data_type == NETFLOW_TYPE_UNSIGNED32);
  netflow_decoder_free(decoder);
}
