# in.pcap: the traffic that all exporters see: TCP, UDP, ICMP, IPv6, VLAN, QinQ, MPLS,
# with fixed times. Needs scapy.
from scapy.all import *
from scapy.contrib.mpls import MPLS
import random
random.seed(7)
t = 1_700_000_000.0
pk = []
def add(p, dt=0.01):
    global t
    t += dt; p.time = t; pk.append(p)
M1, M2 = "02:00:00:00:00:01", "02:00:00:00:00:02"
for i in range(40):
    s, d, sp, dp = f"203.0.113.{10+i%5}", f"198.51.100.{1+i%7}", 40000+i, [80,443,22,53][i%4]
    e = lambda p: Ether(src=M1,dst=M2)/p; r = lambda p: Ether(src=M2,dst=M1)/p
    add(e(IP(src=s,dst=d,tos=0x10)/TCP(sport=sp,dport=dp,flags="S",seq=1))); add(r(IP(src=d,dst=s)/TCP(sport=dp,dport=sp,flags="SA",seq=1,ack=2)))
    for k in range(random.randint(1,5)): add(e(IP(src=s,dst=d)/TCP(sport=sp,dport=dp,flags="PA")/Raw(b"x"*random.randint(1,1200))))
    add(e(IP(src=s,dst=d)/TCP(sport=sp,dport=dp,flags="FA"))); add(r(IP(src=d,dst=s)/TCP(sport=dp,dport=sp,flags="FA")))
for i in range(20):
    add(Ether(src=M1,dst=M2)/IPv6(src=f"2001:db8::{i+1:x}",dst="2001:db8:1::53",fl=0x12345)/UDP(sport=5000+i,dport=53)/Raw(b"q"*30))
    add(Ether(src=M2,dst=M1)/IPv6(src="2001:db8:1::53",dst=f"2001:db8::{i+1:x}")/UDP(sport=53,dport=5000+i)/Raw(b"a"*90))
for i in range(10):
    add(Ether(src=M1,dst=M2)/Dot1Q(vlan=100+i)/IP(src="203.0.113.77",dst="198.51.100.9")/ICMP(type=8,code=0)/Raw(b"p"*56))
    add(Ether(src=M1,dst=M2)/Dot1Q(vlan=200)/Dot1Q(vlan=7)/IP(src="203.0.113.78",dst="198.51.100.9")/UDP(sport=9,dport=1000+i)/Raw(b"p"*16))
    add(Ether(src=M1,dst=M2,type=0x8847)/MPLS(label=1000+i,s=0,ttl=64)/MPLS(label=2000+i,s=1,ttl=63)/IP(src="203.0.113.79",dst="198.51.100.10")/UDP(sport=4000+i,dport=4001)/Raw(b"m"*64))
wrpcap("in.pcap", pk); print(len(pk))
