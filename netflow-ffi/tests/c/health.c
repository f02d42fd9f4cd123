/* Findings on exporters. */
#include "tests.h"

/* NetFlow v9, domain 7: a data set of four octets whose template never comes. */
static const unsigned char no_template[] = {0, 9, 0, 1, 0, 0, 0,   1, 0x69, 0x55, 0xb9, 0, 0,    0,
                                            0, 1, 0, 0, 0, 7, 1,   4, 0,    8,    192,  0, 2,    1};
static const unsigned char no_export[] = {0xff, 0xff, 0, 0};

static int is_text(netflow_text text, const char *expected) {
  return text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0;
}

static netflow_datagram datagram_of(const unsigned char *octets, size_t len) {
  netflow_datagram datagram;
  CHECK(netflow_datagram_init(&datagram, sizeof datagram, NULL, 0) == NETFLOW_OK);
  datagram.payload = octets;
  datagram.payload_len = len;
  datagram.exporter.family = 4;
  datagram.exporter.octets[0] = 192;
  datagram.exporter.octets[2] = 2;
  datagram.exporter.octets[3] = 1;
  datagram.frame = 12;
  datagram.input = 3;
  return datagram;
}

static void absent_template_is_found(netflow_health *health) {
  netflow_finding finding;
  netflow_detail detail;
  CHECK(netflow_next_finding(health, &finding, sizeof finding) == NETFLOW_OK);
  CHECK(finding.number == 3 && is_text(finding.code, "template_absent"));
  CHECK(finding.severity == NETFLOW_SEVERITY_ERROR);
  CHECK(finding.exporter.family == 4 && finding.exporter.octets[3] == 1);
  CHECK(finding.protocol == NETFLOW_PROTOCOL_NETFLOW9 && finding.observation_domain == 7);
  CHECK(finding.agent_address.family == 0);
  CHECK(finding.has_frame == 1 && finding.frame == 12 && finding.input == 3);
  CHECK(finding.detail_count == 2);
  CHECK(netflow_finding_detail(health, 0, &detail, sizeof detail) == NETFLOW_OK);
  CHECK(is_text(detail.name, "octets") && detail.detail_type == NETFLOW_DETAIL_NUMBER);
  CHECK(detail.number == 4);
  CHECK(netflow_finding_detail(health, 1, &detail, sizeof detail) == NETFLOW_OK);
  CHECK(is_text(detail.name, "sets") && detail.detail_type == NETFLOW_DETAIL_NUMBERS);
  CHECK(detail.numbers.count == 1 && detail.numbers.data[0] == 260);
  CHECK(netflow_finding_detail(health, 2, &detail, sizeof detail) == NETFLOW_END);
}

static void other_problems_are_found(netflow_health *health) {
  netflow_finding finding;
  netflow_detail detail;
  CHECK(netflow_next_finding(health, &finding, sizeof finding) == NETFLOW_OK);
  CHECK(is_text(finding.code, "problems") && finding.severity == NETFLOW_SEVERITY_WARNING);
  CHECK(finding.exporter.family == 0 && finding.protocol == 0 && finding.has_frame == 0);
  CHECK(netflow_finding_detail(health, 1, &detail, sizeof detail) == NETFLOW_OK);
  CHECK(is_text(detail.name, "reasons") && detail.detail_type == NETFLOW_DETAIL_TEXTS);
  CHECK(is_text(detail.text, "not_flow_export"));
  CHECK(netflow_next_finding(health, &finding, sizeof finding) == NETFLOW_END);
}

static void wrong_arguments_are_errors(netflow_health *health, netflow_decoder *decoder) {
  netflow_finding finding;
  netflow_detail detail;
  netflow_datagram datagram = datagram_of(no_template, sizeof no_template);
  CHECK(netflow_health_new(NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_health_add(NULL, decoder) == NETFLOW_ERROR_NULL);
  CHECK(netflow_health_add(health, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_health_report(NULL, decoder) == NETFLOW_ERROR_NULL);
  CHECK(netflow_health_unreadable(health, decoder, NULL) == NETFLOW_ERROR_NULL);
  CHECK(netflow_health_session_ended(health, decoder, NULL, 0) == NETFLOW_ERROR_NULL);
  CHECK(netflow_next_finding(health, NULL, sizeof finding) == NETFLOW_ERROR_NULL);
  CHECK(netflow_next_finding(health, &finding, 8) == NETFLOW_ERROR_SIZE);
  CHECK(netflow_finding_detail(health, 0, &detail, sizeof detail) == NETFLOW_END);
  /* Nothing was decoded yet. */
  CHECK(netflow_health_add(health, decoder) == NETFLOW_ERROR_NO_MESSAGE);
  CHECK(netflow_health_unreadable(health, decoder, &datagram) == NETFLOW_ERROR_NO_MESSAGE);
  netflow_health_free(NULL);
}

void check_health(void) {
  netflow_decoder *decoder;
  netflow_health *health;
  netflow_datagram datagram = datagram_of(no_template, sizeof no_template);
  CHECK(netflow_decoder_new(NULL, &decoder) == NETFLOW_OK);
  CHECK(netflow_health_new(&health) == NETFLOW_OK);
  wrong_arguments_are_errors(health, decoder);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_health_add(health, decoder) == NETFLOW_OK);
  datagram = datagram_of(no_export, sizeof no_export);
  CHECK(netflow_decode(decoder, &datagram) == NETFLOW_ERROR_UNREADABLE);
  CHECK(netflow_health_unreadable(health, decoder, &datagram) == NETFLOW_OK);
  CHECK(netflow_health_session_ended(health, decoder, &datagram.exporter, 2055) == NETFLOW_OK);
  CHECK(netflow_health_report(health, decoder) == NETFLOW_OK);
  absent_template_is_found(health);
  other_problems_are_found(health);
  /* What is lent outlives the decoder. */
  netflow_decoder_free(decoder);
  netflow_health_free(health);
}
