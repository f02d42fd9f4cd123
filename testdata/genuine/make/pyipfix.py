# pyipfix.ipfix: the library python3-ipfix as the encoder: counters of reduced length,
# reverse elements, strings of variable length from empty to nine octets.
import ipfix, ipfix.ie, ipfix.template, ipfix.writer
from datetime import datetime
from ipaddress import ip_address
ipfix.ie.use_iana_default(); ipfix.ie.use_5103_default()
t = ipfix.template.from_ielist(257, ipfix.ie.spec_list(("flowStartMilliseconds","flowEndMilliseconds","sourceIPv6Address","destinationIPv6Address","octetDeltaCount[4]","reverseOctetDeltaCount[4]","wlanSSID")))
with open("pyipfix.ipfix","wb") as f:
    w = ipfix.writer.to_stream(f); w.set_domain(99); w.add_template(t);
    w.set_export_template(257)
    for i in range(10): w.export_namedict({"flowStartMilliseconds": datetime(2026,1,1), "flowEndMilliseconds": datetime(2026,1,1,0,0,1), "sourceIPv6Address": ip_address("2001:db8::%x"%(i+1)), "destinationIPv6Address": ip_address("2001:db8::ff"), "octetDeltaCount": 100*i, "reverseOctetDeltaCount": 7, "wlanSSID": "x"*i})
    w.flush()
print("ok")
