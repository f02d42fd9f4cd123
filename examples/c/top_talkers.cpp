// Adds up the octets of each source address of a capture, in C++17.
//
//   c++ -std=c++17 top_talkers.cpp -o top_talkers $(pkg-config --cflags --libs netflow) -lpcap
//   ./top_talkers capture.pcap
//
// Of the capture only UDP over Ethernet and IPv4 without fragments is looked at.
#include <netflow.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

// A decoder that frees itself.
class Decoder {
 public:
  Decoder() {
    netflow_options options;
    check(netflow_options_init(&options, sizeof options));
    options.template_lifetime = NETFLOW_NEVER;
    // Only these are filled.
    options.fields[0] = options.fields[1] = 0;
    NETFLOW_ADD(options.fields, NETFLOW_FIELD_SOURCE_ADDRESS);
    NETFLOW_ADD(options.fields, NETFLOW_FIELD_OCTETS);
    netflow_decoder *decoder = nullptr;
    check(netflow_decoder_new(&options, &decoder));
    handle_.reset(decoder);
  }

  // Calls `each` for every flow of a datagram; false if it is not flow export.
  template <typename Each>
  bool decode(const netflow_datagram &datagram, Each each) {
    if (netflow_decode(handle_.get(), &datagram) != NETFLOW_OK) return false;
    std::size_t count = 0;
    while (netflow_flows(handle_.get(), flows_.data(), sizeof flows_[0], flows_.size(), &count) ==
           NETFLOW_OK) {
      std::for_each(flows_.begin(), flows_.begin() + static_cast<std::ptrdiff_t>(count), each);
    }
    return true;
  }

 private:
  struct Free {
    void operator()(netflow_decoder *decoder) const { netflow_decoder_free(decoder); }
  };

  static void check(netflow_result result) {
    if (result != NETFLOW_OK) throw std::runtime_error(netflow_strerror(result));
  }

  std::unique_ptr<netflow_decoder, Free> handle_;
  std::array<netflow_flow, 64> flows_{};
};

std::size_t number(const unsigned char *octets) { return octets[0] * 256u + octets[1]; }

// The payload of UDP over IPv4 over Ethernet.
bool find_payload(const unsigned char *frame, std::size_t len, netflow_datagram &datagram) {
  if (len < 42 || number(frame + 12) != 0x0800 || frame[23] != 17) return false;
  if ((number(frame + 20) & 0x3fff) != 0) return false;  // a fragment
  const std::size_t udp = 14 + (frame[14] & 15u) * 4u;
  if (len < udp + 8 || number(frame + udp + 4) < 8) return false;
  datagram.exporter.family = 4;
  std::memcpy(datagram.exporter.octets, frame + 26, 4);
  datagram.port = static_cast<std::uint16_t>(number(frame + udp));
  datagram.payload = frame + udp + 8;
  // Ethernet pads short datagrams; a capture may be truncated.
  datagram.payload_len = std::min(number(frame + udp + 4) - 8, len - udp - 8);
  return true;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 2;
  }
  char why[PCAP_ERRBUF_SIZE];
  std::unique_ptr<pcap_t, void (*)(pcap_t *)> capture(pcap_open_offline(argv[1], why), pcap_close);
  if (!capture || pcap_datalink(capture.get()) != DLT_EN10MB) {
    std::fprintf(stderr, "%s cannot be read, or is not of Ethernet\n", argv[1]);
    return 1;
  }
  Decoder decoder;
  std::map<std::string, std::uint64_t> octets;
  pcap_pkthdr *header = nullptr;
  const unsigned char *frame = nullptr;
  while (pcap_next_ex(capture.get(), &header, &frame) == 1) {
    netflow_datagram datagram;
    netflow_datagram_init(&datagram, sizeof datagram, nullptr, 0);
    datagram.received = static_cast<std::int64_t>(header->ts.tv_sec) * 1000000000 +
                        static_cast<std::int64_t>(header->ts.tv_usec) * 1000;
    if (!find_payload(frame, header->caplen, datagram)) continue;
    decoder.decode(datagram, [&octets](const netflow_flow &flow) {
      if (!NETFLOW_HAS(&flow, NETFLOW_FIELD_SOURCE_ADDRESS)) return;
      std::array<char, 46> text{};
      netflow_address_text(&flow.source_address, text.data(), text.size());
      octets[text.data()] += flow.octets;
    });
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted(octets.begin(), octets.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto &one, const auto &other) { return one.second > other.second; });
  for (const auto &[address, count] : sorted) {
    std::printf("%s %llu\n", address.c_str(), static_cast<unsigned long long>(count));
  }
  return 0;
}
