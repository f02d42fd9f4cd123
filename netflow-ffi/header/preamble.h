/* libnetflow: NetFlow v1, v5 to v9, IPFIX and sFlow v5, decoded.

   Made by `cargo xtask generate`; do not edit.

   A decoder keeps what exporters teach, their templates and options. Each datagram goes through
   netflow_decode(); what it gave is taken in any of three ways, or in all of them:

     netflow_flows()       flows into the caller's array of plain structs
     netflow_each_flow()   flows to a callback
     netflow_next_set(), netflow_next_record(), netflow_next_field()
                           everything that was sent, with pointers into the caller's octets

   and netflow_next_problem() tells what could not be read. A library that was built with Arrow
   gathers the flows of many datagrams into Arrow arrays too, see netflow_arrow_new(). A whole program:

     netflow_decoder *decoder;
     netflow_datagram datagram;
     netflow_flow flows[64];
     size_t count, i;

     if (netflow_decoder_new(NULL, &decoder) != NETFLOW_OK) exit(1);
     for (;;) {
       from_len = sizeof from;
       len = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_len);
       if (len < 0) continue;
       netflow_datagram_init(&datagram, sizeof datagram, &from, from_len);
       datagram.payload = buffer;
       datagram.payload_len = len;
       if (netflow_decode(decoder, &datagram) != NETFLOW_OK) continue;
       while (netflow_flows(decoder, flows, sizeof flows[0], 64, &count) == NETFLOW_OK)
         for (i = 0; i < count; i++)
           if (NETFLOW_HAS(&flows[i], NETFLOW_FIELD_OCTETS)) total += flows[i].octets;
     }

   Who owns what. The payload and the array of flows are the caller's. The payload stays as it is
   until the message ends: with the next netflow_decode(), netflow_load() or netflow_end_session(),
   whatever comes of it, with netflow_decoder_free(), or when nothing is asked of it any more. What structs point to is in the
   payload or in the decoder; it goes with the message, or with netflow_rewind(), and in a callback
   when that returns. Only handles are freed, and Arrow arrays by their own release functions.

   Sizes. A function that writes a struct takes its sizeof, a struct that the caller fills begins
   with it. So structs can grow at their end, and programs that are compiled keep working.

   Threads. One decoder is used by one thread at a time; several threads use several decoders.

   Errors. A negative number says that a call could not do what it was asked to; what, tell
   netflow_strerror() and netflow_last_error(). NULL, misaligned and short arguments are errors.
   Nothing is printed, but what Rust says of a fault of the library's own; no octets from the network
   make it crash. */
#ifndef NETFLOW_H
#define NETFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
