/* libnetflow: NetFlow v1, v5 to v9, IPFIX and sFlow v5, decoded.

   Made by `cargo xtask generate`; do not edit.

   A decoder keeps what exporters announce: templates and options. Each datagram goes through
   netflow_decode(); its content is then read in any of three ways, or in all of them:

     netflow_flows()       flows into the caller's array of plain structs
     netflow_each_flow()   flows to a callback
     netflow_next_set(), netflow_next_record(), netflow_next_field()
                           everything that was sent, with pointers into the caller's octets

   or as lines of JSON by netflow_next_json(), also in the documents of other tools (netflow_json_documents()),
   and netflow_relay_forward() sends it on as IPFIX. Datagrams come from sockets of the program, from captures and IPFIX files by netflow_source_next(), from TCP by
   netflow_stream_next(), or from netflow_receive().

   netflow_next_problem() reports what could not be read. A library that was built with Arrow
   also gathers the flows of many datagrams into Arrow arrays, see netflow_arrow_new(). A whole program:

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

   Ownership. The payload and the array of flows are the caller's. The payload must not change until
   the message ends: with the next call of netflow_decode(), netflow_load(), netflow_end_session() or
   netflow_decoder_read_interfaces(), even one that fails, with netflow_decoder_free(), or when the program asks nothing more of the
   message. Structs point into the payload or into the decoder; these pointers are valid until the
   message ends or netflow_rewind() is called, and in a callback until it returns. The caller frees
   only handles; Arrow arrays have release functions of their own.

   Sizes. A function that writes a struct takes its sizeof; a struct that the caller fills begins
   with it. Thus structs can get more members at their end, and compiled programs keep working.

   Threads. One decoder is used by one thread at a time; several threads use several decoders.

   Errors. A negative number means that a call failed; netflow_strerror() names the error and
   netflow_last_error() describes it. NULL, misaligned and short arguments are errors. The library
   prints nothing, unless Rust reports a fault of the library itself; no octets from the network make
   it crash. */
#ifndef NETFLOW_H
#define NETFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
