/* Every way through a message, for the tests and for fuzzing. */
#ifndef EVERY_WAY_H
#define EVERY_WAY_H

#include "tests.h"

/* How flows are taken. */
typedef struct way {
  /* Octets of a row: those of a flow, or of what another version of it has. */
  size_t flow_size;
  /* Rows of a batch. */
  size_t capacity;
  /* Flows after which the callback stops. */
  size_t most;
} way;

/* Reads all of a message in every way: flows by batch and by callback, everything by the walk,
   problems. Returns the number of flows. */
size_t every_way(netflow_decoder *decoder, const way *taken);

/* Reads octets that the library lent. */
void use(const void *data, size_t len);
/* Reads a value as each type. */
void read_value(const netflow_value *value);

#endif
