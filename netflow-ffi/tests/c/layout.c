/* The structs lie in memory as Rust has them. On systems of 64 bits; src/layout.rs has the same
   figures, and so has the C++ or C compiler if this compiles. */
#include "tests.h"

#define SAME(name, condition) typedef char name##_is_the_same[(condition) ? 1 : -1]
#define SIZE(type, size) SAME(size_of_##type, sizeof(type) == (size))
#define OFFSET(member, offset) \
  SAME(offset_of_##member, offsetof(netflow_flow, member) == (offset))

#if UINTPTR_MAX == UINT64_MAX
#include "layout_flow.h"
SIZE(netflow_address, 20);
SIZE(netflow_mac, 6);
SIZE(netflow_text, 16);
SIZE(netflow_octets, 16);
SIZE(netflow_numbers, 16);
SIZE(netflow_application, 32);
SIZE(netflow_value, 24);
SIZE(netflow_definition, 32);
SIZE(netflow_rate, 32);
SIZE(netflow_counters, 28);
SIZE(netflow_options, 192);
SIZE(netflow_datagram, 72);
SIZE(netflow_header, 120);
SIZE(netflow_set, 168);
SIZE(netflow_record, 56);
SIZE(netflow_field, 56);
SIZE(netflow_element, 56);
SIZE(netflow_problem, 192);
SIZE(netflow_error, 32);
SIZE(netflow_stats, 144);
SIZE(netflow_load_report, 24);
SIZE(netflow_domain, 184);
SIZE(netflow_arrow_options, 32);
SIZE(netflow_finding, 96);
SIZE(netflow_detail, 72);
SIZE(netflow_listen_address, 16);
SIZE(netflow_listener_options, 104);
SIZE(netflow_listener_stats, 112);
SIZE(netflow_filter_error, 248);
SIZE(netflow_source_options, 48);
SIZE(netflow_source_stats, 88);
SIZE(netflow_relay_options, 48);
SIZE(netflow_relay_stats, 48);
SIZE(netflow_field_info, 48);
SIZE(netflow_setting, 16);
#endif

int run_layout(void) {
  printf("a flow has %zu octets\n", sizeof(netflow_flow));
  return 0;
}
