/* Several handles in several threads, each over all files. */
#include "tests.h"

#include <pthread.h>

enum { THREADS = 4 };

typedef struct job {
  pthread_t thread;
  int count;
  char **paths;
  uint64_t flows;
  uint64_t octets;
} job;

static void *work(void *user) {
  job *mine = (job *)user;
  netflow_flow flows[32];
  int i;
  for (i = 0; i < mine->count; i++) {
    netflow_decoder *decoder = decoder_for_files(0);
    input in = input_open(mine->paths[i]);
    netflow_datagram datagram;
    int begins_session;
    while (input_next(&in, &datagram, &begins_session)) {
      size_t count;
      size_t each;
      if (decode_next(decoder, &datagram, begins_session) != NETFLOW_OK) continue;
      while (netflow_flows(decoder, flows, sizeof flows[0], 32, &count) == NETFLOW_OK) {
        mine->flows += count;
        for (each = 0; each < count; each++) mine->octets += flows[each].octets;
      }
    }
    input_close(&in);
    netflow_decoder_free(decoder);
  }
  return NULL;
}

int run_threads(int count, char **paths) {
  job jobs[THREADS];
  int i;
  memset(jobs, 0, sizeof jobs);
  for (i = 0; i < THREADS; i++) {
    jobs[i].count = count;
    jobs[i].paths = paths;
    CHECK(pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) == 0);
  }
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_join(jobs[i].thread, NULL) == 0);
    CHECK(jobs[i].flows > 0);
    CHECK(jobs[i].flows == jobs[0].flows && jobs[i].octets == jobs[0].octets);
  }
  printf("%d threads, %" PRIu64 " flows each\n", THREADS, jobs[0].flows);
  return 0;
}
