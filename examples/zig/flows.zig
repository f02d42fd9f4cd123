//! Prints the flows of a capture or an IPFIX file.
//!
//!     zig translate-c -lc /usr/include/netflow.h > netflow.zig
//!     zig build-exe flows.zig -lnetflow -lc
//!     ./flows capture.pcap
const c = @import("netflow.zig");

extern "c" fn printf(format: [*:0]const u8, ...) c_int;
extern "c" fn puts(text: [*]const u8) c_int;

fn field(flow: *const c.netflow_flow, number: u32, text: *[64]u8) [*:0]const u8 {
    const found = c.netflow_flow_text(flow, number, text, text.len) == c.NETFLOW_OK;
    return if (found) @ptrCast(text) else "-";
}

fn printFlow(flow: *const c.netflow_flow) void {
    var source: [64]u8 = undefined;
    var destination: [64]u8 = undefined;
    var octets: [64]u8 = undefined;
    _ = printf(
        "%s\t%s\t%s\n",
        field(flow, c.NETFLOW_FIELD_SOURCE_ADDRESS, &source),
        field(flow, c.NETFLOW_FIELD_DESTINATION_ADDRESS, &destination),
        field(flow, c.NETFLOW_FIELD_OCTETS, &octets),
    );
}

pub export fn main(count: c_int, arguments: [*][*:0]u8) c_int {
    if (count != 2) return 2;
    var why: [200]u8 = undefined;
    var source: ?*c.netflow_source = null;
    if (c.netflow_source_new(arguments[1], null, &source, &why, why.len) != c.NETFLOW_OK) {
        _ = puts(&why);
        return 1;
    }
    defer c.netflow_source_free(source);
    var options: c.netflow_options = undefined;
    _ = c.netflow_options_init(&options, @sizeOf(c.netflow_options));
    options.template_lifetime = c.NETFLOW_NEVER; // a file has a time of its own
    var decoder: ?*c.netflow_decoder = null;
    if (c.netflow_decoder_new(&options, &decoder) != c.NETFLOW_OK) return 1;
    defer c.netflow_decoder_free(decoder);
    var datagram: c.netflow_datagram = undefined;
    _ = c.netflow_datagram_init(&datagram, @sizeOf(c.netflow_datagram), null, 0);
    var flows: [64]c.netflow_flow = undefined;
    var filled: usize = 0;
    while (true) {
        const result = c.netflow_source_next(source, &datagram);
        if (result < 0 or result == c.NETFLOW_END) return @intFromBool(result < 0);
        if (result == c.NETFLOW_SESSION_ENDED) {
            _ = c.netflow_end_session(decoder, &datagram.exporter, datagram.port);
        } else if (c.netflow_decode(decoder, &datagram) == c.NETFLOW_OK) {
            while (c.netflow_flows(decoder, &flows, @sizeOf(c.netflow_flow), flows.len, &filled) == c.NETFLOW_OK) {
                for (flows[0..filled]) |*flow| printFlow(flow);
            }
        }
    }
}
