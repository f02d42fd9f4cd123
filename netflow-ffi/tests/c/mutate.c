/* Datagrams with octets changed at random go through every way. */
#include "every_way.h"

static uint32_t state;

static uint32_t random_number(void) {
  /* xorshift */
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void mutate(unsigned char *octets, size_t len) {
  uint32_t changes = 1 + random_number() % 4;
  while (changes-- > 0 && len > 0) {
    size_t place = random_number() % len;
    switch (random_number() % 4) {
      case 0: octets[place] = (unsigned char)random_number(); break;
      case 1: octets[place] = 0; break;
      case 2: octets[place] = 0xff; break;
      default: octets[place] ^= (unsigned char)(1u << (random_number() % 8));
    }
  }
}

int run_mutate(uint32_t seed, uint32_t rounds, int files, char **paths) {
  int i;
  uint64_t read = 0;
  uint64_t total = 0;
  state = seed == 0 ? 1 : seed;
  for (i = 0; i < files; i++) {
    netflow_decoder *decoder =
        decoder_for_files(NETFLOW_FLAG_SPLIT_BIFLOWS | NETFLOW_FLAG_WITH_DISCARDED);
    input in = input_open(paths[i]);
    uint32_t round;
    for (round = 0; round <= rounds; round++) {
      netflow_datagram datagram;
      way taken = {sizeof(netflow_flow), 7, 0};
      int begins_session;
      in.next = 0;
      while (input_next(&in, &datagram, &begins_session)) {
        /* Exactly this long, so that a tool sees reads past the end. */
        size_t len = datagram.payload_len;
        unsigned char *copy = (unsigned char *)malloc(len + 1);
        CHECK(copy != NULL);
        memcpy(copy, datagram.payload, len);
        /* The first round is as it was sent. */
        if (round > 0) {
          mutate(copy, len);
          if ((random_number() & 7) == 0 && len > 0) len = random_number() % len;
        }
        copy = (unsigned char *)realloc(copy, len + (len == 0));
        CHECK(copy != NULL);
        datagram.payload = copy;
        datagram.payload_len = len;
        total++;
        if (netflow_decode(decoder, &datagram) == NETFLOW_OK) {
          read++;
          taken.most = 1 + random_number() % 1000;
          every_way(decoder, &taken);
        } else {
          netflow_error error;
          CHECK(netflow_last_error(decoder, &error, sizeof error) == NETFLOW_OK);
          use(error.detail.data, error.detail.len + 1);
        }
        free(copy);
      }
    }
    input_close(&in);
    netflow_decoder_free(decoder);
  }
  printf("%" PRIu64 " datagrams, of which %" PRIu64 " could be read\n", total, read);
  CHECK(read > 0);
  return 0;
}
