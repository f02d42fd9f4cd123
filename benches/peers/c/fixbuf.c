/* libfixbuf over a workload of IPFIX: `fixbuf FILE PASSES` reads the messages of FILE, each after its length,
 * and prints what `netflow-peers pass` prints: the sums of 11 fields, and the most memory in KiB. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <fixbuf/public.h>

/* The record that libfixbuf fills; longer members first, so that it has no padding. */
typedef struct {
  uint8_t source6[16];
  uint8_t destination6[16];
  uint64_t octets;
  uint64_t packets;
  uint64_t start;
  uint64_t end;
  uint32_t source4;
  uint32_t destination4;
  uint32_t input;
  uint32_t output;
  uint16_t source_port;
  uint16_t destination_port;
  uint8_t protocol;
} __attribute__((packed)) record;

static fbInfoElementSpec_t elements[] = {
    {"sourceIPv6Address", 16, 0},
    {"destinationIPv6Address", 16, 0},
    {"octetDeltaCount", 8, 0},
    {"packetDeltaCount", 8, 0},
    {"flowStartMilliseconds", 8, 0},
    {"flowEndMilliseconds", 8, 0},
    {"sourceIPv4Address", 4, 0},
    {"destinationIPv4Address", 4, 0},
    {"ingressInterface", 4, 0},
    {"egressInterface", 4, 0},
    {"sourceTransportPort", 2, 0},
    {"destinationTransportPort", 2, 0},
    {"protocolIdentifier", 1, 0},
    FB_IESPEC_NULL};

static void fail(const char *what, GError *error) {
  fprintf(stderr, "%s: %s\n", what, error != NULL ? error->message : "failed");
  exit(1);
}

/* The sum of the halves of an IPv6 address, as the benches fold it. */
static uint64_t fold(const uint8_t *octets) {
  uint64_t halves[2] = {0, 0};
  for (int index = 0; index < 16; index++) {
    halves[index / 8] = halves[index / 8] << 8 | octets[index];
  }
  return halves[0] + halves[1];
}

static void add(uint64_t *sums, const record *it) {
  /* Of the two versions of an address the absent one is zero. */
  sums[0] += 1;
  sums[1] += it->source4 + fold(it->source6);
  sums[2] += it->destination4 + fold(it->destination6);
  sums[3] += it->octets;
  sums[4] += it->packets;
  sums[5] += it->start;
  sums[6] += it->end;
  sums[7] += it->input;
  sums[8] += it->output;
  sums[9] += it->source_port;
  sums[10] += it->destination_port;
  sums[11] += it->protocol;
}

/* Reads all messages with a new session. */
static void pass(uint8_t *octets, size_t size, uint64_t *sums) {
  GError *error = NULL;
  fbInfoModel_t *model = fbInfoModelAlloc();
  fbSession_t *session = fbSessionAlloc(model);
  fbTemplate_t *template = fbTemplateAlloc(model);
  if (!fbTemplateAppendSpecArray(template, elements, UINT32_MAX, &error)) fail("template", error);
  uint16_t id = fbSessionAddTemplate(session, TRUE, FB_TID_AUTO, template, &error);
  if (id == 0) fail("template of the session", error);
  fBuf_t *buffer = fBufAllocForCollection(session, NULL);
  if (!fBufSetInternalTemplate(buffer, id, &error)) fail("internal template", error);

  memset(sums, 0, 12 * sizeof *sums);
  for (size_t at = 0; at + 4 <= size;) {
    size_t len = (size_t)octets[at] << 24 | octets[at + 1] << 16 | octets[at + 2] << 8 | octets[at + 3];
    fBufSetBuffer(buffer, octets + at + 4, len);
    record it;
    size_t record_len = sizeof it;
    while (fBufNext(buffer, (uint8_t *)&it, &record_len, &error)) {
      add(sums, &it);
      record_len = sizeof it;
    }
    if (!g_error_matches(error, FB_ERROR_DOMAIN, FB_ERROR_BUFSZ) &&
        !g_error_matches(error, FB_ERROR_DOMAIN, FB_ERROR_EOM)) {
      fail("message", error);
    }
    g_clear_error(&error);
    at += 4 + len;
  }
  fBufFree(buffer);
  fbInfoModelFree(model);
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "fixbuf FILE PASSES\n");
    return 2;
  }
  FILE *file = fopen(arguments[1], "rb");
  if (file == NULL) fail(arguments[1], NULL);
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  uint8_t *octets = malloc(size);
  if (octets == NULL || fread(octets, 1, size, file) != size) fail("reading", NULL);
  fclose(file);

  uint64_t sums[12];
  for (int passes = atoi(arguments[2]); passes > 0; passes--) {
    pass(octets, size, sums);
  }
  for (int index = 0; index < 12; index++) {
    printf("%s%" PRIu64, index > 0 ? "\t" : "", sums[index]);
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("\n%ld\n", usage.ru_maxrss);
  free(octets);
  return 0;
}
