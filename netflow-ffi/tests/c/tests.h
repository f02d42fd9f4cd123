/* What the tests have in common. All of it is C99, C11 and C++17. */
#ifndef TESTS_H
#define TESTS_H

#include <inttypes.h>
#include <netflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fails the test, also where assert() is compiled out. */
#define CHECK(condition)                                                                   \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);              \
      abort();                                                                             \
    }                                                                                      \
  } while (0)

/* A file of datagrams, as examples/datagrams.rs writes them. */
typedef struct input {
  unsigned char *octets;
  size_t len;
  size_t next;
} input;

/* Reads a whole file. */
input input_open(const char *path);
void input_close(input *in);
/* The next datagram, whose payload is that of the file; 0 at the end. */
int input_next(input *in, netflow_datagram *datagram, int *begins_session);

/* A decoder that forgets no template, as the command makes it for a file. */
netflow_decoder *decoder_for_files(uint32_t flags);
/* Decodes a datagram as the command does. */
netflow_result decode_next(netflow_decoder *decoder, const netflow_datagram *datagram,
                           int begins_session);

/* NetFlow v5 with two flows, of 198.0.0.0:2055: 192.0.2.1 to port 53, UDP, 100 octets; and 192.0.2.2,
   TCP, 9 octets. */
netflow_datagram datagram_of_two(void);

/* A flow as one line of JSON. */
void print_flow(const netflow_flow *flow);
void print_text(netflow_text text);
void print_hex(const unsigned char *octets, size_t len);
void print_address(const netflow_address *address);

/* The commands of the program. */
int run_api(void);
/* Part of it. */
void check_definitions(void);
void check_filter(void);
void check_health(void);
void check_json(void);
void check_relay(void);
void check_source(void);
/* Frees a payload too early, which a library that is watched has to notice. */
int run_freed(void);
int run_threads(int count, char **paths);
int run_dump(const char *way, int count, char **paths);
int run_walk(int count, char **paths);
int run_mutate(uint32_t seed, uint32_t rounds, int count, char **paths);
int run_layout(void);
int run_arrow(const char *way, int count, char **paths);
int run_listener(const char *command);

#endif
