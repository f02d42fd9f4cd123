# sf_tcp.ipfix: takes one TCP connection and writes its octets, which are an IPFIX file.
import socket,sys
s=socket.create_server(("127.0.0.1",4739)); s.settimeout(6); c,_=s.accept(); c.settimeout(3); b=b""
try:
    while (d:=c.recv(65536)): b+=d
except TimeoutError: pass
open("sf_tcp.ipfix","wb").write(b)
o=n=0
while o+16<=len(b):
    v=int.from_bytes(b[o:o+2],"big"); l=int.from_bytes(b[o+2:o+4],"big")
    if v!=10 or l<16: print("bad framing at",o,v,l); break
    n+=1;o+=l
print("tcp bytes",len(b),"messages",n,"rest",len(b)-o)
