-- Prints the flows of a capture or an IPFIX file.
--
--   luajit flows.lua /usr/include/netflow.h capture.pcap
package.path = (arg[0]:match("^(.*/)") or "./") .. "?.lua;" .. package.path
local netflow, ffi = require("netflow")(arg[1])

local function check(result, message)
  if result < 0 then error(message and ffi.string(message) or ffi.string(netflow.netflow_strerror(result))) end
  return result
end

local why = ffi.new("char[200]")
local source = ffi.new("netflow_source *[1]")
check(netflow.netflow_source_new(arg[2], nil, source, why, 200), why)

local options = ffi.new("netflow_options")
check(netflow.netflow_options_init(options, ffi.sizeof(options)))
options.template_lifetime = -1 -- NETFLOW_NEVER: a file has a time of its own
local decoder = ffi.new("netflow_decoder *[1]")
check(netflow.netflow_decoder_new(options, decoder))

local datagram = ffi.new("netflow_datagram")
check(netflow.netflow_datagram_init(datagram, ffi.sizeof(datagram), nil, 0))
local flows, count, text = ffi.new("netflow_flow[64]"), ffi.new("size_t[1]"), ffi.new("char[64]")

local function field(flow, number)
  local result = netflow.netflow_flow_text(flow, number, text, 64)
  return result == 0 and ffi.string(text) or "-"
end

while true do
  local result = check(netflow.netflow_source_next(source[0], datagram))
  if result == netflow.NETFLOW_END then break end
  if result == netflow.NETFLOW_SESSION_ENDED then
    netflow.netflow_end_session(decoder[0], datagram.exporter, datagram.port)
  elseif netflow.netflow_decode(decoder[0], datagram) == 0 then
    while netflow.netflow_flows(decoder[0], flows, ffi.sizeof("netflow_flow"), 64, count) == 0 do
      for i = 0, tonumber(count[0]) - 1 do
        local flow = flows + i
        print(field(flow, netflow.NETFLOW_FIELD_SOURCE_ADDRESS), field(flow, netflow.NETFLOW_FIELD_DESTINATION_ADDRESS),
          field(flow, netflow.NETFLOW_FIELD_OCTETS))
      end
    end
  end
end
netflow.netflow_decoder_free(decoder[0])
netflow.netflow_source_free(source[0])
