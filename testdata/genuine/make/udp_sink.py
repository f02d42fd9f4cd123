# udp_sink.py PORT SECS: swallows datagrams and prints their number.
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", int(sys.argv[1]))); s.settimeout(0.2)
end = time.time() + float(sys.argv[2]); n = b = 0
while time.time() < end:
    try: d = s.recv(65535); n += 1; b += len(d)
    except TimeoutError: pass
print("sink", n, "datagrams", b, "bytes")
