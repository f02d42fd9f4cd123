/* libnetflow: NetFlow, IPFIX and sFlow, decoded. Made by `cargo xtask generate`; do not edit. */
#ifndef NETFLOW_H
#define NETFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
