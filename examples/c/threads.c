/* Decodes captures in several threads, each of which has a decoder for its share of the exporters, and keeps
   what exporters announced in a file, from one run to the next.

     cc threads.c -o threads $(pkg-config --cflags --libs netflow) -lpthread
     ./threads state.netflow monday.pcap
     ./threads state.netflow tuesday.pcap     knows the templates of Monday

   Datagrams of one exporter go to one thread, in their order: its templates come before its data. A handle
   is used by one thread at a time. Handles share nothing, but a snapshot of one can be loaded by others. */
#include <inttypes.h>
#include <netflow.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 4, WAITING = 256 };

/* A datagram that waits for its thread, with a copy of its octets. */
typedef struct job {
  netflow_datagram datagram;
  int ends_session;
} job;

/* A thread, its decoder and its queue. */
typedef struct worker {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  job jobs[WAITING];
  size_t first;
  size_t count;
  int ended;
  netflow_decoder *decoder;
  uint64_t flows;
} worker;

static void add_job(worker *to, const job *added) {
  pthread_mutex_lock(&to->lock);
  while (to->count == WAITING) pthread_cond_wait(&to->changed, &to->lock);
  to->jobs[(to->first + to->count++) % WAITING] = *added;
  pthread_cond_signal(&to->changed);
  pthread_mutex_unlock(&to->lock);
}

/* The next job; 0 at the end. */
static int take_job(worker *of, job *taken) {
  int is_there;
  pthread_mutex_lock(&of->lock);
  while (of->count == 0 && !of->ended) pthread_cond_wait(&of->changed, &of->lock);
  is_there = of->count > 0;
  if (is_there) {
    *taken = of->jobs[of->first];
    of->first = (of->first + 1) % WAITING;
    of->count--;
    pthread_cond_signal(&of->changed);
  }
  pthread_mutex_unlock(&of->lock);
  return is_there;
}

static void *work(void *user) {
  worker *self = (worker *)user;
  netflow_flow flows[64];
  size_t count;
  job next;
  while (take_job(self, &next)) {
    const netflow_datagram *datagram = &next.datagram;
    if (next.ends_session) {
      netflow_end_session(self->decoder, &datagram->exporter, datagram->port);
    } else if (netflow_decode(self->decoder, datagram) == NETFLOW_OK) {
      while (netflow_flows(self->decoder, flows, sizeof flows[0], 64, &count) == NETFLOW_OK) {
        self->flows += count;
      }
    }
    free((void *)datagram->payload);
  }
  return NULL;
}

/* The thread of an exporter. By its address alone: ports of UDP may change. */
static size_t share_of(const netflow_address *exporter) {
  uint32_t hash = 2166136261u; /* FNV-1a; an attacker who chooses addresses slows one thread at most */
  size_t i;
  for (i = 0; i < sizeof exporter->octets; i++) hash = (hash ^ exporter->octets[i]) * 16777619u;
  return hash % WORKERS;
}

/* Passes each datagram to its thread. */
static int distribute(const char *path, worker *workers) {
  char why[200] = "";
  netflow_source *source;
  netflow_result result;
  job next;
  if (netflow_source_new(path, NULL, &source, why, sizeof why) != NETFLOW_OK) {
    fprintf(stderr, "%s\n", why);
    return 0;
  }
  netflow_datagram_init(&next.datagram, sizeof next.datagram, NULL, 0);
  while ((result = netflow_source_next(source, &next.datagram)) >= 0 && result != NETFLOW_END) {
    unsigned char *copy = (unsigned char *)malloc(next.datagram.payload_len + 1);
    if (copy == NULL) abort();
    if (next.datagram.payload_len > 0) {
      memcpy(copy, next.datagram.payload, next.datagram.payload_len);
    }
    next.datagram.payload = copy;
    next.ends_session = result == NETFLOW_SESSION_ENDED;
    add_job(&workers[share_of(&next.datagram.exporter)], &next);
  }
  if (result < 0) fprintf(stderr, "%s\n", netflow_source_message(source).data);
  netflow_source_free(source);
  return result >= 0;
}

/* Reads a whole file; NULL if there is none. */
static unsigned char *read_file(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  unsigned char *octets;
  long end;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0) abort();
  rewind(file);
  octets = (unsigned char *)malloc((size_t)end + 1);
  if (octets == NULL) abort();
  *len = fread(octets, 1, (size_t)end, file);
  fclose(file);
  return octets;
}

/* Writes what all decoders know: one of them loads the snapshots of the others. */
static int save(const char *path, worker *workers) {
  netflow_octets snapshot;
  FILE *file;
  int is_written;
  size_t i;
  for (i = 1; i < WORKERS; i++) {
    netflow_save(workers[i].decoder, &snapshot);
    netflow_load(workers[0].decoder, snapshot.data, snapshot.len, NULL, 0);
  }
  netflow_save(workers[0].decoder, &snapshot);
  file = fopen(path, "wb");
  if (file == NULL) return 0;
  is_written = fwrite(snapshot.data, 1, snapshot.len, file) == snapshot.len;
  return fclose(file) == 0 && is_written;
}

int main(int argc, char **argv) {
  static worker workers[WORKERS];
  netflow_options options;
  unsigned char *state;
  size_t len = 0;
  uint64_t flows = 0;
  int is_read;
  size_t i;
  if (argc != 3) {
    fprintf(stderr, "usage: %s STATE FILE\n", argv[0]);
    return 2;
  }
  netflow_options_init(&options, sizeof options);
  options.template_lifetime = NETFLOW_NEVER;
  state = read_file(argv[1], &len);
  for (i = 0; i < WORKERS; i++) {
    if (netflow_decoder_new(&options, &workers[i].decoder) != NETFLOW_OK) return 1;
    /* All know everything; what an exporter announces anew replaces it. */
    if (state != NULL && netflow_load(workers[i].decoder, state, len, NULL, 0) != NETFLOW_OK) {
      fprintf(stderr, "%s is not a snapshot\n", argv[1]);
      return 1; /* Do not overwrite a file that is not a snapshot. */
    }
    pthread_mutex_init(&workers[i].lock, NULL);
    pthread_cond_init(&workers[i].changed, NULL);
    if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) return 1;
  }
  free(state);
  is_read = distribute(argv[2], workers);
  for (i = 0; i < WORKERS; i++) {
    pthread_mutex_lock(&workers[i].lock);
    workers[i].ended = 1;
    pthread_cond_signal(&workers[i].changed);
    pthread_mutex_unlock(&workers[i].lock);
    pthread_join(workers[i].thread, NULL);
    flows += workers[i].flows;
  }
  if (is_read && !save(argv[1], workers)) perror(argv[1]);
  for (i = 0; i < WORKERS; i++) netflow_decoder_free(workers[i].decoder);
  printf("%" PRIu64 " flows\n", flows);
  return !is_read;
}
